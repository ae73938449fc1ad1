using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Core.Helm;

/// <summary>What a release rendered: documents that lines of three hyphens part.</summary>
public static class HelmManifest
{
    /// <summary>The objects of a manifest. A document that cannot be read is left out: helm has read it, but more leniently.</summary>
    public static IEnumerable<JsonObject> Objects(string manifest)
    {
        var document = new StringBuilder();
        foreach (var line in manifest.Split('\n').Append("---"))
        {
            if (!line.StartsWith("---", StringComparison.Ordinal))
            {
                document.Append(line).Append('\n');
                continue;
            }

            if (Read(document.ToString()) is { } found)
            {
                yield return found;
            }

            document.Clear();
        }
    }

    private static JsonObject? Read(string document)
    {
        try
        {
            var root = YamlReader.Read(Encoding.UTF8.GetBytes(document), "manifest", Fault.NeedsOperator) as JsonObject;
            return root?.Text("kind") is null ? null : root;
        }
        catch (RunAiDrException)
        {
            return null;
        }
    }
}
