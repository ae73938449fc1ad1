using System.Text.Json.Nodes;

namespace RunAiDr.Core.Yaml;

/// <summary>A YAML document as a JSON value, with the place of each part of it.</summary>
public sealed class YamlDocument
{
    private readonly Dictionary<string, (int Line, int Column)> _positions;

    internal YamlDocument(JsonNode? root, Dictionary<string, (int Line, int Column)> positions)
    {
        Root = root;
        _positions = positions;
    }

    public JsonNode? Root { get; }

    /// <summary>One step of a JSON pointer (RFC 6901), with its slash; steps put together are a pointer.</summary>
    public static string PointerTo(string key) =>
        $"/{key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    /// <summary>
    /// Line and column, from 1, of the key or list item that a JSON pointer (RFC 6901) names, of its nearest existing
    /// parent when it is not there.
    /// </summary>
    public (int Line, int Column) Locate(string jsonPath)
    {
        for (var path = jsonPath; ; path = path[..path.LastIndexOf('/')])
        {
            if (_positions.TryGetValue(path, out var position))
            {
                return position;
            }

            if (!path.Contains('/'))
            {
                return (1, 1);
            }
        }
    }
}
