using RunAiDr.Core;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Cli.Restoring;

/// <summary>The operator's folder of secret values: each file is named as a placeholder and holds the value, byte for byte.</summary>
internal static class SecretsDirectory
{
    // A link may lead back to a folder above it.
    private const int Deepest = 16;

    // How a kubelet names what its links lead to.
    private const string Hidden = "..";

    /// <param name="folder">The folder.</param>
    /// <param name="known">Names of the placeholders that there are.</param>
    /// <exception cref="RunAiDrException">It cannot be read, or holds a file of another name.</exception>
    public static IReadOnlyDictionary<string, SecretText> Read(string folder, IReadOnlySet<string> known)
    {
        try
        {
            string[] names = [.. NamesIn(folder, "", 0)];
            string[] unknown = [.. names.Where(name => !known.Contains(name)).Order(StringComparer.Ordinal)];
            return unknown.Length == 0
                ? names.ToDictionary(name => name, name => SecretText.Of(File.ReadAllBytes(Path.Combine(folder, name))), StringComparer.Ordinal)
                : throw new RunAiDrException(
                    Fault.Configuration,
                    Visible.Text($"{folder} holds files that are named as no placeholder of the restore point: {string.Join(", ", unknown)}."),
                    "Rename or remove them; `runai-dr plan` lists the names.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RunAiDrException(
                Fault.Configuration, $"The folder of secrets {folder} cannot be read: {failure.Message}", "Correct --secrets.", failure);
        }
    }

    private static IEnumerable<string> NamesIn(string folder, string prefix, int depth)
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(folder))
        {
            var name = Path.GetFileName(path);
            if (name.StartsWith(Hidden, StringComparison.Ordinal))
            {
                continue;
            }

            if (!Directory.Exists(path))
            {
                yield return prefix + name;
                continue;
            }

            foreach (var below in depth < Deepest ? NamesIn(path, $"{prefix}{name}/", depth + 1) : [$"{prefix}{name}/"])
            {
                yield return below;
            }
        }
    }
}
