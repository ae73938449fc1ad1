using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Cli.Output;
using RunAiDr.Core;

namespace RunAiDr.Cli.Restoring;

/// <summary>The report as a file, whole or not at all.</summary>
internal static class ReportFile
{
    /// <exception cref="RunAiDrException">It cannot be written.</exception>
    public static async Task WriteAsync(string path, JsonNode report)
    {
        var half = $"{path}.tmp";
        try
        {
            await File.WriteAllBytesAsync(half, Encoding.UTF8.GetBytes(Printer.Json(report) + "\n"), CancellationToken.None);
            File.Move(half, path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RunAiDrException(
                Fault.Configuration, $"The report cannot be written to {path}: {failure.Message}", "Choose another file with --report. What it tells of has ended.", failure);
        }
    }
}
