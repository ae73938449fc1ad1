using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox.Apply;

namespace RunAiDr.Tests.Sandbox.Apply;

public sealed class RealObjectsTests
{
    [Fact]
    public void An_object_read_from_a_server_is_created_with_the_same_content()
    {
        var differences = new List<string>();
        var count = 0;
        foreach (var item in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "TestData", "runai-cluster", "live"), "*.json").SelectMany(Items))
        {
            var version = (string)item["apiVersion"]!;
            var slash = version.IndexOf('/', StringComparison.Ordinal);
            var group = slash < 0 ? "" : version[..slash];
            if (group.Contains('.', StringComparison.Ordinal) && !group.EndsWith(".k8s.io", StringComparison.Ordinal))
            {
                continue;
            }

            var kind = new ResourceKind(group, version[(slash + 1)..], (string)item["kind"]!, "things", item["metadata"]!["namespace"] is not null);
            var body = (JsonObject)item.DeepClone();
            ((JsonObject)body["metadata"]!).Remove("resourceVersion");
            var created = Writes.Create(new WriteRequest(KindRules.BuiltIn(kind), (string?)item["metadata"]!["namespace"], null, "m", "2026-01-01T00:00:00Z", "u"), body);
            count++;
            if (created.Refused is not null || !JsonNode.DeepEquals(Content(item), Content(created.Body!)))
            {
                differences.Add($"{version} {kind.Kind} {item["metadata"]!["name"]}: {created.Refused?.Message} {string.Join(',', created.Warnings)}");
            }
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
        Assert.True(count > 50, $"{count} objects");
    }

    // Items of built-in lists carry no kind; it is that of the list.
    private static IEnumerable<JsonObject> Items(string file)
    {
        var list = JsonNode.Parse(File.ReadAllText(file)) as JsonObject;
        foreach (var item in (list?["items"] as JsonArray ?? []).OfType<JsonObject>())
        {
            item["apiVersion"] = list!["apiVersion"]!.DeepClone();
            item["kind"] = ((string)list["kind"]!)[..^"List".Length];
            yield return item;
        }
    }

    private static JsonObject Content(JsonObject body)
    {
        var copy = (JsonObject)body.DeepClone();
        copy.Remove("metadata");
        copy.Remove("status");
        return copy;
    }
}
