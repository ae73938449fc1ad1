using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Helm;
using RunAiDr.Tests.Core.Export;

namespace RunAiDr.Tests.Core.Helm;

public sealed class HelmReleaseSecretTests
{
    private const string Canary = "CANARY-0000-helm";

    [Theory]
    [InlineData("runai-backend", "control-plane", "runai-backend")]
    [InlineData("runai-cluster", "runai-cluster", "runai")]
    public void The_values_are_those_that_helm_prints(string release, string chart, string @namespace)
    {
        var decoded = HelmReleaseSecret.Decode(Recorded($"sh.helm.release.v1.{release}.v2"), release);
        var printed = JsonNode.Parse(File.ReadAllBytes(
            Path.Combine(RecordedCluster.Folder, "live", "helm", $"{release}.values.json")));

        Assert.True(JsonNode.DeepEquals(printed, decoded.Values));
        Assert.Equal(
            (release, @namespace, 2, "deployed", chart, "2.20.24", "2.20.24"),
            (decoded.Name, decoded.Namespace, decoded.Revision, decoded.Status, decoded.Chart, decoded.ChartVersion, decoded.AppVersion));
    }

    [Fact]
    public void A_release_without_user_supplied_values_has_none()
    {
        var decoded = HelmReleaseSecret.Decode(Secret(Pack(Release("null"))), "test");

        Assert.Empty(decoded.Values);
    }

    public static TheoryData<string, byte[]> Damaged() => new()
    {
        { "no JSON", "<html>"u8.ToArray() },
        { "no data", "{}"u8.ToArray() },
        { "data is null", """{"data":null}"""u8.ToArray() },
        { "release is a number", """{"data":{"release":7}}"""u8.ToArray() },
        { "not base64 of the API", """{"data":{"release":"%%%"}}"""u8.ToArray() },
        { "not base64 of Helm", Secret("%%%"u8.ToArray()) },
        { "not gzip", Secret(Base64(Encoding.UTF8.GetBytes(Release("{}")))) },
        { "truncated gzip", Secret(Base64(Gzip(Release("{}"))[..40])) },
        { "truncated JSON", Secret(Pack(Release("{}")[..60])) },
        { "no object", Secret(Pack("[1]")) },
        { "no chart", Secret(Pack("""{"name":"x","info":{"status":"deployed"},"config":{"password":"CANARY-0000-helm"}}""")) },
        { "config before broken text", Secret(Pack("""{"config":{"password":"CANARY-0000-helm"},"chart":CANARY-0000-helm}""")) },
        { "unpacks to very much", Secret(Pack(new string(' ', 65 * 1024 * 1024))) },
        { "very large", Secret(new byte[4 * 1024 * 1024]) },
    };

    [Theory]
    [MemberData(nameof(Damaged), DisableDiscoveryEnumeration = true)]
    public void A_damaged_release_is_named_and_its_content_is_not(string damage, byte[] secret)
    {
        var failure = Assert.Throws<RunAiDrException>(() => HelmReleaseSecret.Decode(secret, "secrets/x -n y"));

        Assert.Equal(Fault.NeedsOperator, failure.Fault);
        Assert.True(failure.Message.Contains("secrets/x -n y", StringComparison.Ordinal), damage);
        Assert.DoesNotContain(Canary, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_newest_deployed_revision_counts_whatever_comes_after_it()
    {
        var revisions = new HelmRevisions();
        foreach (var (version, status) in new[] { ("9", "superseded"), ("10", "deployed"), ("2", "deployed"), ("11", "failed") })
        {
            revisions.Offer(Labels(version, status), Secret(Pack(Release("{}", version, status))), "test");
        }

        Assert.Equal(10, revisions.Best()!.Revision);
    }

    [Fact]
    public void Without_a_deployed_revision_the_newest_superseded_one_counts()
    {
        var revisions = new HelmRevisions();
        foreach (var (version, status) in new[] { ("1", "superseded"), ("3", "failed"), ("2", "superseded") })
        {
            revisions.Offer(Labels(version, status), Secret(Pack(Release("{}", version, status))), "test");
        }

        Assert.Equal((2, "superseded"), (revisions.Best()!.Revision, revisions.Best()!.Status));
    }

    internal static byte[] Secret(byte[] release) =>
        Encoding.UTF8.GetBytes($$$"""{"data":{"release":"{{{Convert.ToBase64String(release)}}}"}}""");

    internal static byte[] Pack(string json) => Base64(Gzip(json));

    private static Dictionary<string, string> Labels(string version, string status) =>
        new(StringComparer.Ordinal) { ["version"] = version, ["status"] = status };

    private static string Release(string config, string version = "1", string status = "deployed") =>
        $$$"""
        {"name":"x","namespace":"y","version":{{{version}}},"info":{"status":"{{{status}}}"},"config":{{{config}}},
        "chart":{"metadata":{"name":"c","version":"1.0.0"},"values":{"password":"{{{Canary}}}"}},"manifest":"{{{Canary}}}"}
        """;

    private static byte[] Base64(byte[] bytes) => Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes));

    private static byte[] Gzip(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
    }

    private static byte[] Recorded(string name) => Encoding.UTF8.GetBytes(
        new RecordedCluster()["secrets"].First(item => (string?)item["metadata"]!["name"] == name).ToJsonString());
}
