using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Core.Export;
using RunAiDr.Core.Scopes;

namespace RunAiDr.Tests.Core.Export;

/// <summary>Which Secrets an export takes.</summary>
public sealed class ScopedSecretsTests
{
    [Theory]
    [InlineData("kubernetes.io/service-account-token", false)]
    [InlineData("helm.sh/release.v1", false)]
    [InlineData("bootstrap.kubernetes.io/token", false)]
    [InlineData("Opaque", true)]
    public async Task Secrets_that_something_generates_are_never_exported(string type, bool controlled)
    {
        var scope = Scope.Parse(
            "version: 1\nlabels: {project: a/b}\nkinds: {secrets: [v1]}\nhelm: []\nrules:\n- name: all\n  kinds: [secrets]\n  treatment: encrypt\n", "s.yaml");
        var cluster = new RecordedCluster();
        var secret = cluster["secrets"].First(item => (string?)item["metadata"]!["name"] == "smtp-credentials");
        var with = await PathsAsync(cluster, scope);
        secret["type"] = type;
        secret["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject { ["kind"] = "X", ["name"] = "x", ["controller"] = controlled });

        var without = await PathsAsync(cluster, scope);

        Assert.Equal(["namespaces/runai-backend/secrets/smtp-credentials.yaml"], with.Except(without, StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_secret_that_the_values_name_is_exported()
    {
        var cluster = new RecordedCluster();
        var release = cluster["secrets"].Last(item => ((string?)item["metadata"]!["name"])!.StartsWith("sh.helm.release.v1.runai-backend.", StringComparison.Ordinal));
        Edit(release, chart => chart["config"]!["keycloakx"] = new JsonObject { ["existingSecret"] = "smtp-credentials" });

        var with = await PathsAsync(cluster, Scope.RunAi());
        var without = await PathsAsync(new RecordedCluster(), Scope.RunAi());

        Assert.Equal(["namespaces/runai-backend/secrets/smtp-credentials.yaml"], with.Except(without, StringComparer.Ordinal));
    }

    private static void Edit(JsonObject release, Action<JsonNode> edit)
    {
        var packed = Convert.FromBase64String(Encoding.ASCII.GetString(Convert.FromBase64String((string)release["data"]!["release"]!)));
        using var unpack = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        var chart = JsonNode.Parse(unpack)!;
        edit(chart);
        using var again = new MemoryStream();
        using (var pack = new GZipStream(again, CompressionLevel.Fastest))
        {
            pack.Write(Encoding.UTF8.GetBytes(chart.ToJsonString()));
        }

        release["data"]!["release"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(Convert.ToBase64String(again.ToArray())));
    }

    private static async Task<IEnumerable<string>> PathsAsync(RecordedCluster cluster, Scope scope)
    {
        var sink = new MemorySink();
        await new ClusterExporter(cluster, scope).ExportAsync("prod", sink, CancellationToken.None);
        return sink.Files.Keys;
    }
}
