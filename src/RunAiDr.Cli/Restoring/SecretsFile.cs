using RunAiDr.Core;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Secrets.Sealing;

namespace RunAiDr.Cli.Restoring;

/// <summary>The operator's file of secret values: a YAML mapping of placeholder names to values.</summary>
internal static class SecretsFile
{
    /// <exception cref="RunAiDrException">The file cannot be read or is no mapping of names to values.</exception>
    public static IReadOnlyDictionary<string, SecretText> Read(string path) => SecretValues.Parse(Load(path), path, Fault.Configuration);

    private static byte[] Load(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RunAiDrException(
                Fault.Configuration, $"The secrets file {path} cannot be read: {failure.Message}", "Correct --secrets.", failure);
        }
    }
}
