using System.Text;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Tests.Core.Secrets;

public sealed class SecretFinderTests
{
    [Theory]
    [InlineData("password: <s3cret>")]
    [InlineData("password:<s3cret>")]
    [InlineData("DB_PASSWORD=<s3cret>")]
    [InlineData("export DB_PASSWORD=\"<s3 cret; more>\"")]
    [InlineData("  - MLFLOW_TRACKING_PASSWORD=<p: w, d}>\n  - TZ=UTC")]
    [InlineData("{\"user\": \"a\", \"password\": \"<s3cret>\", \"x\": 1}")]
    [InlineData("{\\\"password\\\": \\\"<s3 c, ret>\\\", \\\"x\\\": 1}")]
    [InlineData("{user: a, password: <s3cret>, x: 1}")]
    [InlineData("password: |\n  <first\n  second>\nuser: a")]
    [InlineData("- password: >-\n    <first\n\n    second>\n  user: a")]
    [InlineData("password:\n  <s3cret>\nuser: a")]
    [InlineData("password: '<it''s>'")]
    [InlineData("pw: <12345678>")]
    [InlineData("PASSWORD=<{abc>")]
    [InlineData("password: <{abc>")]
    [InlineData("password: <|abc>")]
    [InlineData("# old password: <s3cret>")]
    [InlineData("[default]\naws_secret_access_key = <abc/def+ghi>\nregion = eu")]
    [InlineData("apiKey: <x>\nclientSecret: <y>\nprivate_key: <z>")]
    [InlineData("Authorization: Bearer <abc>")]
    [InlineData("header 'Bearer <abcdef-12345>' sent")]
    [InlineData("run --password <abc> --user x")]
    [InlineData("run --db-token=<abc>")]
    [InlineData("CREATE ROLE x WITH LOGIN PASSWORD '<abc>';")]
    [InlineData("machine h login u password <abc>")]
    [InlineData("http://user:<p@ss/w>@host:8080/x")]
    [InlineData("postgres://u:<p>@h/db?sslmode=no, redis://:<q>@h")]
    [InlineData("https://<0123456789abcdef0123>@git.example.org/a:b")]
    [InlineData("a\n<-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY----->\nb")]
    [InlineData("<-----BEGIN PRIVATE KEY-----\ncut off>")]
    [InlineData("see <ghp_0123456789abcdefghijABCDEFGHIJ> there")]
    [InlineData("{\"auths\":{\"r\":{\"auth\":\"<dXNlcjpwYXNz>\"}}}")]
    [InlineData("Basic <dXNlcjpwYXNzd29yZA==>")]
    [InlineData("connectionString: <Server=x;Pwd=y>")]
    [InlineData("export PGPASSWORD=<abc>")]
    [InlineData("MYSQL_PWD=<abc>")]
    [InlineData("SSHPASS=<abc>")]
    [InlineData("curl -u admin:<abc> http://x")]
    [InlineData("curl --user 'admin:<abc>' http://x")]
    [InlineData("- name: DB_PASSWORD\n  value: <abc>\n- name: TZ\n  value: UTC")]
    [InlineData("- name: \"DB_PASSWORD\"\n  value: \"<a b>\"")]
    [InlineData("[{\"name\":\"DB_PASSWORD\",\"value\":\"<abc>\"}]")]
    public void The_secret_is_found_and_nothing_beside_it(string marked)
    {
        var expected = new List<string>();
        for (var at = marked.IndexOf('<', StringComparison.Ordinal); at >= 0; at = marked.IndexOf('<', at + 1))
        {
            expected.Add(marked[(at + 1)..marked.IndexOf('>', at + 1)]);
        }

        // The last marks are the ones: block indicators of YAML have one too.
        var text = marked.Replace("<", "", StringComparison.Ordinal);
        text = text.Contains(": >-", StringComparison.Ordinal)
            ? string.Concat(text.AsSpan(0, text.LastIndexOf('>')), text.AsSpan(text.LastIndexOf('>') + 1))
            : text.Replace(">", "", StringComparison.Ordinal);

        Assert.Equal(expected, SecretFinder.Find(text).ConvertAll(span => text.Substring(span.Start, span.Length)));
    }

    [Fact]
    public void The_secret_in_an_element_of_XML_is_found()
    {
        const string text = "<user>a</user><db.password kind=\"x\">hunter2</db.password>";

        var span = Assert.Single(SecretFinder.Find(text));

        Assert.Equal("hunter2", text.Substring(span.Start, span.Length));
    }

    [Theory]
    [InlineData("clientSecretValue", "tokenValue", "smtpPasswordValue", "adminPasswordHash", "dbPasswordPlain", "passwordOld")]
    [InlineData("password_previous", "secretString", "apiKeyText", "licenseKeyText", "passphrases", "existingPassword")]
    [InlineData("PGPASS", "pwd", "credentialsJson", "passwordBase64", "tokenB64", "passwordNew", "secretData", "connectionStringValue")]
    public void What_is_said_about_a_value_in_its_name_hides_nothing_of_what_it_is(params string[] names) =>
        Assert.All(names, name => Assert.True(SecretNames.IsSecret(name), name));

    [Theory]
    [InlineData("PWD", "existingSecret", "existingSecretPasswordKey", "tlsSecret", "string", "data", "keyText", "hash", "connection")]
    public void Names_without_a_secret_word_are_harmless(params string[] names) =>
        Assert.All(names, name => Assert.False(SecretNames.IsSecret(name), name));

    [Theory]
    [InlineData("WANDB_API_KEY=SECRET:wandb,token")]
    [InlineData("password: {name: metrics, key: password}")]
    [InlineData("password: ${DB_PASSWORD}")]
    [InlineData("password: \"$(DB_PASSWORD)\"")]
    [InlineData("password: {{ .Values.password }}")]
    [InlineData("password: \"\"")]
    [InlineData("password: null")]
    [InlineData("existingSecret: my-secret")]
    [InlineData("tlsSecretName: my-secret")]
    [InlineData("tlsSecret: my-secret")]
    [InlineData("secretKey:\n  name: a\n  key: b")]
    [InlineData("PWD=/workspace")]
    [InlineData("docker run -u 1000:1000 image")]
    [InlineData("<name>DB_PASSWORD</name><password></password>")]
    [InlineData("- name: TZ\n  value: UTC")]
    [InlineData("maxTokens: 4096\ntokenTtl: 30s")]
    [InlineData("key: node-role.kubernetes.io/runai-system")]
    [InlineData("kubernetes.io/metadata.name: x\nimage: host:5000/a@sha256:0123456789abcdef")]
    [InlineData("https://metrics.example.internal:8080/api/v1/write@x")]
    [InlineData("https://runai.example.internal/auth/realms/runai#8a4c1f0e-2b7d-4c55-9a3e-6d0f51c7b2aa")]
    [InlineData("-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----")]
    [InlineData("basic authentication is off; bearer tokens are used")]
    [InlineData("the password is asked for at first login")]
    [InlineData("H4sIAAAAAAAACAytPzUnOz01VKMlXKMlIVUjOKS0uSS3iAgAFfpVOFwAAAA==")]
    public void What_only_looks_like_a_secret_stays(string text)
    {
        Assert.Empty(SecretFinder.Find(text));
    }

    [Theory]
    [InlineData("password = s3cret\n")]
    [InlineData("-----BEGIN EC PRIVATE KEY-----\nabc")]
    [InlineData("{\"token\": \"abc\"}")]
    public void A_secret_in_base64_is_hidden_as_a_whole(string text)
    {
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

        var span = Assert.Single(SecretFinder.Find(encoded));

        Assert.Equal((0, encoded.Length), (span.Start, span.Length));
    }

    [Fact]
    public void A_text_of_a_megabyte_takes_no_more_than_a_moment()
    {
        string[] hostile = ["password", "http://", "a:b@", "-----BEGIN ", "key=", "bearer ", "{", "\"", "--token ", "token=", "token={", "{token=1,",
            "-----BEGIN CERTIFICATE-----", "kind: Secret\ndata:\n a: b\n", "x:aaa@h:1 ", "login ", "\"--password\", ", "cGFzc3dvcmQ6IGFiYw== ",
            "a1B2c3D4e5F6g7H8i9J0", "3f0c2d1e-7a55-4c1b-9b7e-0f1d2c3b4a59/", "deadbeef0123456789abcdef01234567 ", "name: x value: ", "H4sI"];
        var started = System.Diagnostics.Stopwatch.StartNew();
        foreach (var part in hostile)
        {
            new SecretFinder(SecretRules.RunAi()).Find(string.Concat(Enumerable.Repeat(part, 1_000_000 / part.Length)), "note", []);
        }

        Assert.True(started.Elapsed < TimeSpan.FromSeconds(30), $"{started.Elapsed}");
    }

    [Theory]
    [InlineData("Zm9vYmFyQmF6MTIzNDU2Nzg5MHF1eA", true)]
    [InlineData("3f0c2d1e-7a55-4c1b-9b7e-0f1d2c3b4a59", false)]
    [InlineData("NVIDIA-H100-80GB-HBM3", false)]
    [InlineData("registry.example.internal/base/cuda:12.4", false)]
    [InlineData("0123456789abcdef0123456789abcdef", false)]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaA1", false)]
    public void Random_text_is_told_from_words(string text, bool expected)
    {
        Assert.Equal(expected, Entropy.IsRandom(text));
    }
}
