using System.Text.Json.Nodes;
using RunAiDr.Sandbox;
using RunAiDr.Sandbox.Installation;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Sandbox;

/// <summary>The snapshot kinds of the sample accept and refuse what the recorded ones did.</summary>
public class SampleSnapshotsTests
{
    [Fact]
    public async Task What_the_recorded_kinds_refuse_is_refused_for_the_same_fields()
    {
        await using var server = await SandboxServer.StartAsync(new SandboxOptions { Clock = TimeProvider.System }, CancellationToken.None);
        foreach (var resource in SampleInstallation.Snapshots())
        {
            server.Load(resource);
        }

        using var client = SandboxClient.For(server.Kubeconfig);
        await client.PostAsync("/api/v1/namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "snap" } });

        var exchanges = RecordedExchanges.Of("80-volume-snapshot").Concat(RecordedExchanges.Of("81-volume-snapshot-status"))
            .Where(exchange => !exchange.Path.Contains("watch=true", StringComparison.Ordinal));
        foreach (var exchange in exchanges)
        {
            var answer = await client.SendAsync(
                exchange.Method, exchange.Path, exchange.RequestBody?.GetRawText(), ("Content-Type", exchange.RequestContentType ?? "application/json"));

            Assert.Equal((exchange.Note, exchange.Status), (exchange.Note, answer.Code));
            if (exchange.Status >= 400)
            {
                Assert.Equal(FieldsOf(JsonNode.Parse(exchange.Body)!), FieldsOf(answer.Json));
            }
        }
    }

    private static IEnumerable<(string?, string?)> FieldsOf(JsonNode status) =>
        status["details"]!["causes"]!.AsArray().Select(cause => ((string?)cause!["reason"], (string?)cause["field"]));
}
