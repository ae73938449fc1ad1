using System.IO.Compression;
using System.Text;
using RunAiDr.Core.Helm;
using RunAiDr.Core.Yaml;
using RunAiDr.Tests.Core.Export;
using RunAiDr.Tests.Core.Helm;

namespace RunAiDr.Tests.Fuzzing;

public sealed class HelmReleaseFuzzing
{
    private const string Small =
        """
        {"name":"x","namespace":"y","version":1,"info":{"status":"deployed"},"config":{"a":{"b":[1,null,"c"]},"d":true},
        "chart":{"metadata":{"name":"c","version":"1.0.0","appVersion":"2"},"values":{"e":1}},"manifest":"---\nkind: A\n---\nkind: B\n"}
        """;

    [Fact]
    public Task A_forged_secret_is_a_release_or_refused()
    {
        byte[][] recorded =
        [
            .. new RecordedCluster()["secrets"].Where(item => (string?)item["type"] == "helm.sh/release.v1").Take(2)
                .Select(item => Encoding.UTF8.GetBytes(item.ToJsonString())),
        ];
        return Fuzzer.RunAsync("helm-secret", [.. recorded, HelmReleaseSecretTests.Secret(HelmReleaseSecretTests.Pack(Small))], Decode);
    }

    [Fact]
    public Task A_forged_release_in_a_good_secret_is_one_or_refused() => Fuzzer.RunAsync(
        "helm-release",
        [Encoding.UTF8.GetBytes(Small)],
        input => Decode(HelmReleaseSecretTests.Secret(Encoding.ASCII.GetBytes(Convert.ToBase64String(Gzip(input))))),
        "\"a\":1,\"a\":2,", "\"status\":\"a\",", "\"name\":7,", "\"metadata\":{\"name\":\"x\",\"name\":\"y\"},");

    private static void Decode(byte[] secret)
    {
        var release = HelmReleaseSecret.Decode(secret, "secrets/x");
        _ = YamlWriter.ToBytes(release.Values);
        _ = HelmManifest.Objects(HelmReleaseSecret.Manifest(secret, "secrets/x")).Count();
    }

    private static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }
}
