using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Cli.Output;
using RunAiDr.Core;

namespace RunAiDr.Cli.Restoring;

/// <summary>The report as a file, whole or not at all.</summary>
internal static class ReportFile
{
    /// <exception cref="RunAiDrException">It cannot be written.</exception>
    public static Task WriteAsync(string path, JsonNode report) => WriteAsync(path, Printer.Json(report) + "\n", "--report");

    /// <param name="path">Where.</param>
    /// <param name="text">All of it.</param>
    /// <param name="option">Names the file.</param>
    /// <exception cref="RunAiDrException">It cannot be written.</exception>
    public static async Task WriteAsync(string path, string text, string option)
    {
        var half = $"{path}.tmp";
        try
        {
            await File.WriteAllBytesAsync(half, Encoding.UTF8.GetBytes(text), CancellationToken.None);
            File.Move(half, path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RunAiDrException(
                Fault.Configuration, $"The report cannot be written to {path}: {failure.Message}", $"Choose another file with {option}. What it tells of has ended.", failure);
        }
    }
}
