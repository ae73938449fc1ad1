using System.Text;
using System.Text.RegularExpressions;
using RunAiDr.Core.Secrets;
using RunAiDr.Tests.Core.Export;

namespace RunAiDr.Tests.Core.Secrets;

public sealed class RandomWordsTests
{
    private const string Lower = "abcdefghijklmnopqrstuvwxyz";
    private const string Upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const string Digits = "0123456789";

    [Theory]
    [InlineData(Lower, 48)]
    [InlineData(Upper, 48)]
    [InlineData(Lower + Digits, 48)]
    [InlineData(Lower + "234567", 48)]
    [InlineData(Upper + "234567", 48)]
    [InlineData(Lower + Upper, 40)]
    [InlineData(Lower + Upper + Digits, 28)]
    [InlineData(Lower + Upper + Digits + "+/", 32)]
    [InlineData(Lower + Upper + Digits + "-_", 40)]
    [InlineData("0123456789abcdef", 32)]
    [InlineData("0123456789ABCDEF", 32)]
    [InlineData("0123456789abcdef", 64)]
    public void A_random_word_of_this_length_is_never_missed(string alphabet, int length)
    {
        var random = new Random(length);
        var missed = Enumerable.Range(0, 3000).Select(_ => Word(random, alphabet, length))
            .Where(word => Found(word, "note").Count == 0 || Found($"run this with {word} please", "text").Count == 0);

        Assert.Empty(missed);
    }

    [Fact]
    public void Most_generated_passwords_with_symbols_are_found()
    {
        var random = new Random(1);
        var missed = Enumerable.Range(0, 3000).Select(_ => Word(random, Lower + Upper + Digits + "!@#$%^&*", 20))
            .Count(word => Found(word, "note").Count == 0);

        Assert.InRange(missed, 0, 300);
    }

    [Theory]
    [InlineData("3f0c2d1e-7a55-4c1b-9b7e-0f1d2c3b4a59")]
    [InlineData("pvc-6b0e6a52-9c1d-4a77-8e0b-2f4c1d9a7e03")]
    [InlineData("runai-scheduler-7d9f4b6c5-x2x9q")]
    [InlineData("researcher-service-6c8bd5f7bc-zq4wv")]
    [InlineData("nvcr.io/nvidia/runai@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    [InlineData("registry.example.internal:5000/team/cuda:12.4.1-cudnn-devel-ubuntu22.04")]
    [InlineData("checksum/config: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    [InlineData("targetRevision: 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12")]
    [InlineData("image: app:sha-2fd4e1c67a2d28fced849ee1bb76e7391b93eb12")]
    [InlineData("*/15 8-18 * * 1-5")]
    [InlineData("requests: {cpu: 1500m, memory: 24Gi, nvidia.com/gpu: 8}")]
    [InlineData("https://runai.apps.ocp1.example.internal/auth/realms/runai/protocol/openid-connect/token")]
    [InlineData("app.kubernetes.io/name in (prometheus, thanos-receive),!node-role.kubernetes.io/control-plane")]
    [InlineData("preferredDuringSchedulingIgnoredDuringExecution")]
    [InlineData("trainingJobMaxIdleDurationSecs")]
    [InlineData("NVIDIA-H100-80GB-HBM3-MIG-1g.10gb")]
    [InlineData("sum by (queue) (rate(runai_allocated_gpu_count_per_workload{clusterId=\"x\"}[5m])) / 100")]
    [InlineData("body{background:#1b2a3c;font:12px/1.5 \"Helvetica Neue\",sans-serif}")]
    [InlineData("{\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\",\"serviceName\":\"runai-backend-thanos-receive-headless\"}")]
    [InlineData("^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")]
    [InlineData("VGhlIHF1aWNrIGJyb3duIGZveCBqdW1wcyBvdmVyIHRoZSBsYXp5IGRvZw==")]
    [InlineData("H4sIAAAAAAAACytPzUnOz01VKMlXKMlIVUjOKS0uSS3iAgAFfpVOFwAAAA==")]
    [InlineData("age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p")]
    [InlineData("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ6dGq0x2GqWm8ZpJ3t5Hn1rN4uQv7cYkz0Xo9sTbLqE admin@example.org")]
    [InlineData("\"integrity\": \"sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC\"")]
    [InlineData("publicKey: hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=")]
    [InlineData("CN=runai-admins,OU=Groups,DC=example,DC=internal")]
    [InlineData("/etc/ssl/certs/ca-certificates.crt:/usr/local/share/ca-certificates/company-root.crt")]
    [InlineData("2026-11-27T06:50:05.123456789Z")]
    [InlineData("9007199254740993,12345678901234567890")]
    [InlineData("00000000000000000000000000000000")]
    public void What_people_and_programs_write_stays(string text) => Assert.Empty(Found(text, "note").Select(span => span.Reason));

    [Fact]
    public void A_certificate_stays_in_PEM_and_in_base64_of_it()
    {
        using var key = System.Security.Cryptography.RSA.Create(2048);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest(
            "CN=example", key, System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1));
        var pem = certificate.ExportCertificatePem();

        Assert.Empty(Found(pem, "bundle"));
        Assert.Empty(Found(key.ExportSubjectPublicKeyInfoPem(), "bundle"));
        Assert.Empty(Found(Convert.ToBase64String(Encoding.UTF8.GetBytes(pem)), "bundle"));
        Assert.Empty(Found(Convert.ToBase64String(certificate.RawData), "bundle"));
        Assert.NotEmpty(Found(key.ExportPkcs8PrivateKeyPem(), "bundle"));
        Assert.NotEmpty(Found(Convert.ToBase64String(key.ExportPkcs8PrivateKey()), "bundle"));
    }

    [Fact]
    public void Of_every_word_of_the_sample_installation_only_these_are_taken_by_mistake()
    {
        var taken = Directory.EnumerateFiles(RecordedCluster.Folder, "*.yaml", SearchOption.AllDirectories)
            .SelectMany(file => File.ReadLines(file))
            .Where(line => !line.Contains("CANARY", StringComparison.Ordinal) && !Regex.IsMatch(line, "Q0FOQVJZ|NBTkFSWS|DQU5BUk", RegexOptions.None, TimeSpan.FromSeconds(1)))
            .SelectMany(line => Found(line, "line").Where(span => span.IsRandomWord).Select(span => line.Substring(span.Start, span.Length)))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

        // Names that somebody made up of random letters.
        Assert.Equal(["non-existing-name-pxvbnmqwertyzlkjhgfd", "non-existing-name-qhzkwmvbtyxrcgjdnlsp"], taken);
    }

    [Fact]
    public void A_word_just_below_the_line_is_told_and_stays()
    {
        var nearly = new List<SecretSpan>();

        Assert.Empty(new SecretFinder(SecretRules.None).Find("vm9qUsQu0yrb4nnn", "note", nearly));
        Assert.Contains("nearly random word", Assert.Single(nearly).Reason, StringComparison.Ordinal);
    }

    private static List<SecretSpan> Found(string text, string name) => new SecretFinder(SecretRules.None).Find(text, name, []);

    private static string Word(Random random, string alphabet, int length) =>
        string.Create(length, alphabet, (letters, from) => random.GetItems(from.AsSpan(), letters));
}
