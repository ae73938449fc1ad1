using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Tests.Core.Secrets;

/// <summary>Places where people put secrets without calling them so. <c>hunter2</c> is the secret.</summary>
public sealed class HiddenSecretTests
{
    [Theory]
    [InlineData("runai:hunter2@tcp(db.example.org:3306)/runai?parseTime=true")]
    [InlineData("jdbc:oracle:thin:scott/hunter2@db.example.org:1521/orcl")]
    [InlineData("jdbc:postgresql://db/runai?user=a&password=hunter2&ssl=true")]
    [InlineData("jdbc:sqlserver://db;user=sa;password=hunter2;encrypt=true")]
    [InlineData("host=db user=runai password=hunter2 dbname=runai")]
    [InlineData("host=db user=runai password='hunter2' dbname=runai")]
    [InlineData("mongodb+srv://a:hunter2@cluster0.example.net/?w=majority")]
    [InlineData("redis://:hunter2@redis:6379/0")]
    [InlineData("redis:6379,password=hunter2,ssl=True")]
    [InlineData("amqps://a:hunter2@mq/vhost")]
    [InlineData("relay:hunter2@smtp.example.org:587")]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=hunter2;EndpointSuffix=core.windows.net")]
    [InlineData("Endpoint=sb://x.example.net/;SharedAccessKeyName=a;SharedAccessKey=hunter2")]
    [InlineData("https://a.blob.example.net/c?sv=2022&se=2030&sig=hunter2hunter2hunter2")]
    [InlineData("https://b.s3.example.net/k?X-Amz-Date=1&X-Amz-Signature=hunter2hunter2hunter2&x=1")]
    [InlineData("https://hooks.slack.com/services/T0/B0/hunter2")]
    [InlineData("db.example.org:5432:*:runai:hunter2")]
    [InlineData("machine git.example.org\n  login bot\n  password hunter2\n")]
    [InlineData("[Interface]\nPrivateKey = hunter2\n[Peer]\nPresharedKey = hunter2\n")]
    [InlineData("admin:$apr1$hunter2x$hunter2hunter2hunter2")]
    [InlineData("admin:{SHA}hunter2hunter2hunter2=")]
    [InlineData("requirepass hunter2\nmaxmemory 2gb")]
    [InlineData("sshpass -p hunter2 ssh root@host")]
    [InlineData("mysql -u root -phunter2 -e 'select 1'")]
    [InlineData("redis-cli -h redis -a hunter2 ping")]
    [InlineData("docker login -u bot -p hunter2 registry.example.org")]
    [InlineData("export DB_PASSWORD=hunter2\npsql")]
    [InlineData("DB_PASSWORD=${DB_PASSWORD:-hunter2}")]
    [InlineData("password: {{ \"hunter2\" }}")]
    [InlineData("os.environ[\"DB_PASSWORD\"] = \"hunter2\"")]
    [InlineData("os.environ.setdefault('DB_PASSWORD', 'hunter2')")]
    [InlineData("args: [\"--user\", \"x\", \"--password\", \"hunter2\"]")]
    [InlineData("args:\n- --db-password\n- hunter2\n- --verbose\n")]
    [InlineData("cat <<EOF > ~/.netrc\nmachine h login u password hunter2\nEOF\n")]
    [InlineData("{\"auths\":{\"r\":{\"identitytoken\":\"hunter2\"}}}")]
    [InlineData("githubtoken: hunter2")]
    [InlineData("kind: Secret\nmetadata: {name: x}\ndata:\n  plain: hunter2\nimmutable: true\n")]
    [InlineData("kind: Secret\nstringData:\n  config.ini: |\n    user hunter2\n")]
    [InlineData("{\"kind\":\"Secret\",\"data\":{\"plain\":\"hunter2\"}}")]
    [InlineData("PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\nhunter2\nPrivate-MAC: 00\n")]
    [InlineData("-----BEGIN OpenVPN Static key V1-----\nhunter2\n-----END OpenVPN Static key V1-----")]
    [InlineData("-----BEGIN PGP PRIVATE KEY BLOCK-----\nhunter2\n-----END PGP PRIVATE KEY BLOCK-----")]
    public void The_secret_is_gone_from_the_text_and_from_base64_of_it(string text)
    {
        Assert.DoesNotContain("hunter2", Redact(new JsonObject { ["note"] = text }), StringComparison.Ordinal);

        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
        Assert.DoesNotContain(encoded, Redact(new JsonObject { ["note"] = encoded }), StringComparison.Ordinal);
        var twice = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{{\"x\":\"{encoded}\"}}"));
        Assert.DoesNotContain(twice, Redact(new JsonObject { ["note"] = $"a: 1\nb: {twice}\n" }), StringComparison.Ordinal);
        var broken = Convert.ToBase64String(Encoding.UTF8.GetBytes(text + new string('\n', 80)), Base64FormattingOptions.InsertLineBreaks);
        Assert.DoesNotContain(broken[..60], Redact(new JsonObject { ["note"] = broken }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"args":["--user","x","--password","hunter2"]}""")]
    [InlineData("""{"env":[{"name":"A_TOKEN","value":"hunter2"}]}""")]
    [InlineData("""{"extra":[{"kind":"Secret","data":{"plain":"hunter2"}}]}""")]
    [InlineData("""{"valueFrom":{"password":"hunter2 is it"}}""")]
    [InlineData("""{"passwords":{"bob":"hunter2"}}""")]
    [InlineData("""{"token":1234567890123,"x":"hunter2:1"}""")]
    public void The_secret_is_gone_from_the_values(string values)
    {
        var redacted = Redact(JsonNode.Parse(values)!.AsObject());

        Assert.DoesNotContain(values.Contains("token\":1", StringComparison.Ordinal) ? "1234567890123" : "hunter2", redacted, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kubeconfig_in_a_value_loses_its_key_and_keeps_its_server()
    {
        var key = Convert.ToBase64String("-----BEGIN EC PRIVATE KEY-----\nhunter2\n-----END EC PRIVATE KEY-----\n"u8);
        var redacted = Redact(new JsonObject
        {
            ["note"] = $"clusters:\n- cluster: {{server: https://api.example.org:6443}}\nusers:\n- user:\n    client-key-data: {key}\n",
        });

        Assert.DoesNotContain(key, redacted, StringComparison.Ordinal);
        Assert.Contains("api.example.org", redacted, StringComparison.Ordinal);
    }

    private static string Redact(JsonObject values) => Redactor.Values(values, "values/x", SecretRules.None).Document!.ToJsonString();
}
