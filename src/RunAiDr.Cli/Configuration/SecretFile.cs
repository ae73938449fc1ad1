using RunAiDr.Core;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Cli.Configuration;

/// <summary>A file that holds one secret, as Kubernetes mounts them; read again at each use.</summary>
internal static class SecretFile
{
    /// <param name="path">The file.</param>
    /// <param name="key">The key of the configuration that names it.</param>
    /// <exception cref="RunAiDrException">It cannot be read.</exception>
    public static SecretText Read(string path, string key)
    {
        try
        {
            return new SecretText(File.ReadAllText(path).TrimEnd('\r', '\n'));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RunAiDrException(
                Fault.Configuration, $"{path} cannot be read: {failure.Message}", $"Correct `{key}` in the configuration, or mount the file.", failure);
        }
    }
}
