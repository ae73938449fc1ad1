using RunAiDr.Core;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Secrets.Sealing;

namespace RunAiDr.Cli.Configuration;

/// <summary>The operator's file of secret values: a YAML mapping of placeholder names to plain texts.</summary>
internal static class SecretsFile
{
    /// <exception cref="RunAiDrException">The file cannot be read or is no mapping of names to texts.</exception>
    public static IReadOnlyDictionary<string, SecretText> Read(string? path) => path is null
        ? new Dictionary<string, SecretText>(StringComparer.Ordinal)
        : SecretValues.Parse(Load(path), path, Fault.Configuration);

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
