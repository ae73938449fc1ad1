using System.Text.Json;
using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Cli.Configuration;

/// <summary>The operator's file of secret values: a YAML mapping of placeholder names to plain texts.</summary>
internal static class SecretsFile
{
    /// <exception cref="RunAiDrException">The file cannot be read or is no mapping of names to texts.</exception>
    public static IReadOnlyDictionary<string, SecretText> Read(string? path)
    {
        return path is null ? new Dictionary<string, SecretText>(StringComparer.Ordinal) : Parse(Load(path), path);
    }

    /// <param name="content">Such a file.</param>
    /// <param name="path">What it is called in messages.</param>
    /// <exception cref="RunAiDrException">It is no mapping of names to texts.</exception>
    public static IReadOnlyDictionary<string, SecretText> Parse(byte[] content, string path)
    {
        var document = YamlReader.ReadDocument(content, path, Fault.Configuration);
        if (document.Root is not JsonObject values)
        {
            throw Wrong($"{path} is not a mapping of placeholder names to values");
        }

        return values.ToDictionary(
            entry => entry.Key,
            entry => entry.Value is JsonValue value && value.GetValueKind() == JsonValueKind.String
                ? new SecretText((string)value!)
                : throw Wrong($"{path}:{document.Locate(YamlDocument.PointerTo(entry.Key)).Line}: the value is not a text"),
            StringComparer.Ordinal);
    }

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

    private static RunAiDrException Wrong(string message) =>
        new(Fault.Configuration, message, "Write one `<placeholder name>: \"<value>\"` per line; `runai-dr plan` lists the names.");
}
