using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RunAiDr.Core;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Yaml;
using RunAiDr.Sandbox.Installation;

namespace RunAiDr.Tests.Support;

/// <summary>The values that the placeholders of an exported sample installation stand for.</summary>
internal static class EndToEndSecrets
{
    /// <summary>Writes the secrets file of an operator who kept every value.</summary>
    /// <param name="workspace">Where.</param>
    /// <param name="reference">The restore point.</param>
    /// <param name="databasePassword">Of the superuser, instead of the sample's.</param>
    public static string Write(EndToEndWorkspace workspace, string reference, string? databasePassword = null)
    {
        var values = new JsonObject();
        foreach (var (name, value) in Find(workspace, reference).Concat(FindInValues(workspace, reference)))
        {
            values[name] = databasePassword is not null && name.EndsWith("postgresPassword", StringComparison.Ordinal) ? databasePassword : value;
        }

        var file = workspace.OwnFile("secrets.yaml");
        File.WriteAllBytes(file, YamlWriter.ToBytes(values));
        return file;
    }

    private static IEnumerable<(string Name, string Value)> Find(EndToEndWorkspace workspace, string reference)
    {
        var originals = SampleInstallation.Resources().ToLookup(Identity, StringComparer.Ordinal);
        foreach (var path in workspace.Files(reference).Keys.Where(path => !path.StartsWith("values/", StringComparison.Ordinal)))
        {
            var text = workspace.Text(path, reference);
            if (!text.Contains(Placeholder.Prefix, StringComparison.Ordinal))
            {
                continue;
            }

            var exported = (JsonObject)YamlReader.Read(Encoding.UTF8.GetBytes(text), path, Fault.RestorePoint)!;
            var original = originals[Identity(exported)].First();
            foreach (var found in InNodes(exported, original, (string?)exported["kind"] == "Secret"))
            {
                yield return found;
            }
        }
    }

    private static IEnumerable<(string Name, string Value)> FindInValues(EndToEndWorkspace workspace, string reference)
    {
        var files = workspace.Files(reference);
        foreach (var release in ((string[])["runai-backend", "runai-cluster"]).Where(release => files.ContainsKey($"values/{release}.yaml")))
        {
            var supplied = Path.Combine(EndToEndCluster.Data, "values", $"{release}.values.yaml");
            var original = YamlReader.Read(File.ReadAllBytes(supplied), supplied, Fault.Configuration);
            var exported = Encoding.UTF8.GetBytes(workspace.Text($"values/{release}.yaml", reference));
            foreach (var found in InNodes(YamlReader.Read(exported, release, Fault.RestorePoint), original, encoded: false))
            {
                yield return found;
            }
        }
    }

    private static IEnumerable<(string, string)> InNodes(JsonNode? exported, JsonNode? original, bool encoded) => exported switch
    {
        JsonObject fields => fields.SelectMany(field => InNodes(field.Value, original?[field.Key], encoded)),
        JsonArray items => items.SelectMany((item, index) => InNodes(item, original?[index], encoded)),
        JsonValue leaf when leaf.TryGetValue<string>(out var text) && text.Contains(Placeholder.Prefix, StringComparison.Ordinal) =>
            InText(text, encoded ? Encoding.UTF8.GetString(Convert.FromBase64String((string)original!)) : (string)original!),
        _ => [],
    };

    private static IEnumerable<(string, string)> InText(string exported, string original)
    {
        var placeholders = Placeholder.Pattern().Matches(exported);
        var literal = Placeholder.Pattern().Split(exported).Where((_, index) => index % 2 == 0).Select(Regex.Escape);
        var values = Regex.Match(original, $"^{string.Join("(.*?)", literal)}$", RegexOptions.Singleline, TimeSpan.FromSeconds(1));
        Assert.True(values.Success, "an exported text is not its original with placeholders");
        return placeholders.Select((placeholder, index) => (placeholder.Groups["name"].Value, values.Groups[index + 1].Value));
    }

    private static string Identity(JsonObject resource) =>
        $"{resource["kind"]} {resource["metadata"]!["namespace"]} {resource["metadata"]!["name"]}";
}
