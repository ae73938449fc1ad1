using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Cluster.Connections;
using RunAiDr.Tests.Cluster;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Fuzzing;

public sealed class ExecOutputFuzzing : IDisposable
{
    private const string ApiVersion = "client.authentication.k8s.io/v1";

    private readonly TestDirectory _folder = new();

    [Fact]
    public Task Whatever_a_plugin_prints_is_a_credential_or_refused()
    {
        var (certificate, key) = new TestAuthority().IssuePem("alice");
        byte[][] samples =
        [
            Printed(new JsonObject { ["token"] = "t-1", ["expirationTimestamp"] = "2026-11-27T09:00:00Z" }),
            Printed(new JsonObject { ["clientCertificateData"] = certificate, ["clientKeyData"] = key }),
        ];
        var path = _folder.File("printed");
        var plugin = new ExecPlugin("cat", [path], ApiVersion, "test") { Info = "{}" };
        return Fuzzer.RunAsync(
            "exec-output",
            samples,
            async input =>
            {
                await File.WriteAllBytesAsync(path, input);
                _ = (await new ExecCredentials(plugin, TimeProvider.System).GetAsync(refused: false, default)).Header?.ToString();
            },
            "\"token\":", "\"status\":", "\"expirationTimestamp\":\"0001-01-01T00:00:00+14:00\"", "9999-12-31T23:59:59-14:00", "-----BEGIN CERTIFICATE-----");
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Printed(JsonObject status) => Encoding.UTF8.GetBytes(
        new JsonObject { ["apiVersion"] = ApiVersion, ["kind"] = "ExecCredential", ["status"] = status }.ToJsonString());
}
