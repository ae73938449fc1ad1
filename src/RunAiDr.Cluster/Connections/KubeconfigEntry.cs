using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Cluster.Connections;

/// <summary>
/// One map of a kubeconfig, and where it stands: relative paths in it are relative to the folder of
/// <paramref name="File"/>.
/// </summary>
internal sealed record KubeconfigEntry(JsonObject Fields, string File, string Place)
{
    /// <summary>Knows the lines.</summary>
    public required YamlDocument Document { get; init; }

    /// <summary>The JSON pointer of this map in <see cref="Document"/>.</summary>
    public string Pointer { get; init; } = "";

    /// <summary>File, line and column, and the map's name: <c>config:4:3: clusters[c]</c>.</summary>
    public string Where => At(Pointer);

    /// <summary>A text field, null when it is absent or empty.</summary>
    public string? Text(string field) => Fields[field] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text.Length == 0 ? null : text,
        _ => throw Wrong(field, "a text"),
    };

    public bool Flag(string field) => Fields[field] switch
    {
        null => false,
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        _ => throw Wrong(field, "true or false"),
    };

    public KubeconfigEntry? Map(string field) => Fields[field] switch
    {
        null => null,
        JsonObject map => new KubeconfigEntry(map, File, $"{Place}.{field}") { Document = Document, Pointer = PointerTo(field) },
        _ => throw Wrong(field, "a map"),
    };

    public JsonArray List(string field) => Fields[field] switch
    {
        null => [],
        JsonArray list => list,
        _ => throw Wrong(field, "a list"),
    };

    /// <summary>The bytes of <c>field-data</c> (base64), which goes first, or of the file that <c>field</c> names.</summary>
    public byte[]? Bytes(string field)
    {
        if (Text($"{field}-data") is { } data)
        {
            try
            {
                return Convert.FromBase64String(data);
            }
            catch (FormatException)
            {
                throw Wrong($"{field}-data", "base64");
            }
        }

        return Text(field) is { } path ? ReadFile(field, FullPath(path)) : null;
    }

    public string FullPath(string path) => Path.GetFullPath(path, Path.GetDirectoryName(Path.GetFullPath(File)) ?? "/");

    public RunAiDrException Wrong(string field, string expected) =>
        Refused(field, $"is not {expected}", "Correct the kubeconfig.");

    public RunAiDrException Refused(string field, string why, string remedy, Exception? inner = null) =>
        new(Fault.Configuration, $"{At(PointerTo(field))}.{field} {why}", remedy, inner);

    private string PointerTo(string field) => Pointer + YamlDocument.PointerTo(field);

    private string At(string pointer)
    {
        var (line, column) = Document.Locate(pointer);
        return $"{File}:{line}:{column}: {Place}";
    }

    private byte[] ReadFile(string field, string path)
    {
        try
        {
            return SmallFile.Read(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Refused(
                field,
                $"names {path}, which cannot be read ({failure.GetType().Name})",
                "Correct the path; it is relative to the kubeconfig.",
                failure);
        }
    }
}
