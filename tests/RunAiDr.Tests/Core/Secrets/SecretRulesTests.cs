using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Scopes;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Tests.Core.Secrets;

public sealed class SecretRulesTests
{
    private const string Key = "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n";

    [Fact]
    public void Every_error_of_a_rules_file_is_told_at_once_with_its_line()
    {
        const string Broken = """
            version: 2
            charts:
              - chart: a
                versions: newest
                paths: [a..b]
              - paths: []
                path: x
            names: word
            allow:
              - path: values/a/b
              - path: "*"
                because: it is short
              - path: values/runai-backend/**
                because: all of it
              - path: values/runai-backend/?*.*
                because: all of it
            extra: 1
            """;

        var failure = Assert.Throws<RunAiDrException>(() => SecretRules.Parse(Broken, "my.yaml"));

        Assert.Equal(Fault.Configuration, failure.Fault);
        string[] lines =
        [
            "The file of secret rules has errors:",
            "my.yaml:1: version 2 is not known; this program reads version 1",
            "my.yaml:4: 'newest' is no range of versions, such as '>=2.12.0 <2.20.0'",
            "my.yaml:5: 'a..b' is no path: keys with a dot between them, * for any one, ** for any number",
            "my.yaml:6: a list of texts is expected",
            "my.yaml:6: chart is missing",
            "my.yaml:7: 'path' is not known here; known are chart, versions, paths",
            "my.yaml:8: a list of texts is expected",
            "my.yaml:10: because is missing",
            "my.yaml:11: '*' is no place in a document, such as values/runai-backend/global.licenseText",
            "my.yaml:13: 'values/runai-backend/**' is no place in a document, such as values/runai-backend/global.licenseText",
            "my.yaml:15: 'values/runai-backend/?*.*' is no place in a document, such as values/runai-backend/global.licenseText",
            "my.yaml:17: 'extra' is not known here; known are version, charts, names, allow",
        ];
        Assert.Equal(lines, failure.Message.Split('\n'));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a: [")]
    [InlineData("- 1")]
    [InlineData("version: 1\n---\nversion: 1\n")]
    public void What_is_not_a_rules_file_is_refused(string text) =>
        Assert.Equal(Fault.Configuration, Assert.Throws<RunAiDrException>(() => SecretRules.Parse(text, "my.yaml")).Fault);

    [Fact]
    public void A_scope_file_with_paths_of_secrets_says_where_they_have_gone()
    {
        var text = Scope.RunAiText().Replace("    namespace: runai-backend\n", "    namespace: runai-backend\n    secretValues: [a.b]\n", StringComparison.Ordinal);

        var failure = Assert.Throws<RunAiDrException>(() => Scope.Parse(text, "scope.yaml"));

        Assert.Contains("secretRules", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("control-plane", "2.20.24", "keycloakx.adminPassword")]
    [InlineData("control-plane", "2.12.0", "grafana.adminPassword")]
    [InlineData("control-plane", "2.9.1-dev", "notificationsService.config.sinks.runai-email.password")]
    [InlineData("control-plane", "2.20.24", "backend.initTenant")]
    [InlineData("runai-backend", "2.8.12", "backend.https.key")]
    [InlineData("runai-backend", "2.8.12", "backend.openshiftIdp.secret")]
    [InlineData("runai-backend", "2.8.12", "postgresql.postgresqlPostgresPassword")]
    [InlineData("runai-backend", "2.8.12", "global.db.password")]
    [InlineData("runai-cluster", "2.20.24", "controlPlane.clientSecret")]
    [InlineData("runai-cluster", "2.8.12", "runai-operator.config.runaiBackend.password")]
    public void The_built_in_rules_know_the_secrets_of_every_generation(string chart, string version, string path) =>
        Assert.NotNull(SecretRules.RunAi().For(chart, version).Paths.Find([.. path.Split('.')]));

    [Theory]
    [InlineData(">=2.12.0", "2.12.0", true)]
    [InlineData(">=2.12.0", "2.11.9", false)]
    [InlineData("<2.12.0", "v2.11", true)]
    [InlineData(">2.12 <=2.20.1", "2.20.1", true)]
    [InlineData(">2.12 <=2.20.1", "2.12.0", false)]
    [InlineData("=2.12", "2.12.0", true)]
    [InlineData("<2.12.0", "2.20.0-rc1", true)]
    [InlineData("<2.12.0", "latest", true)]
    [InlineData("<2.12.0", "", true)]
    public void A_version_that_cannot_be_compared_is_in_every_range(string range, string version, bool expected) =>
        Assert.Equal(expected, VersionRange.TryParse(range)!.Contains(version));

    [Theory]
    [InlineData("a.*.c", "a.b.c", true)]
    [InlineData("a.*.c", "a.c", false)]
    [InlineData("a.**.c", "a.c", true)]
    [InlineData("a.**.c", "a.x.y.c", true)]
    [InlineData("**.c", "a.x.y.c", true)]
    [InlineData("a.**", "b.c", false)]
    public void A_path_stands_for_these_places(string path, string place, bool expected) =>
        Assert.Equal(expected, new SecretPaths([path]).Find([.. place.Split('.')]) is not null);

    [Fact]
    public void A_further_name_hides_its_value_anywhere()
    {
        var found = Redact("""{"a":{"Licence_Text":"plain"},"script":"licence_text=plain\nother=plain"}""", "names: [licence_text]");

        Assert.Equal(["plain", "plain"], found.Secrets.Select(secret => secret.Value.Reveal()).ToArray());
        Assert.Equal("name Licence_Text", found.Decisions[0].Reason);
    }

    [Fact]
    public void What_is_allowed_stays_readable_with_its_reason()
    {
        var found = Redact(
            """{"maxToken":"many","env":"A_TOKEN=one\nA_TOKEN=two\n"}""",
            "allow: [{path: values/x/maxToken, because: a word}, {path: values/x/env.A_TOKEN, because: a sample}]");

        Assert.Equal("many", (string?)found.Document!["maxToken"]);
        Assert.Equal("A_TOKEN=one\nA_TOKEN=runai-dr-secret:values/x/env.A_TOKEN.2:\n", (string?)found.Document["env"]);
        Assert.Equal(
            new SecretDecision("values/x", "maxToken", SecretVerdict.Allowed, "name maxToken; values/x/maxToken: a word"), found.Decisions[0]);
    }

    [Theory]
    [InlineData("{\"x\":\"see https://user:hunter2@host/\"}", "hunter2")]
    [InlineData("{\"x\":\"KEY\"}", "abc")]
    [InlineData("{\"password\":\"http://user:hunter2@host/\"}", "hunter2")]
    [InlineData("{\"objects\":[{\"kind\":\"Secret\",\"data\":{\"x\":\"aHVudGVyMg==\"}}]}", "aHVudGVyMg==")]
    [InlineData("{\"m\":\"kind: Secret\\ndata:\\n  x: aHVudGVyMg==\\n\"}", "aHVudGVyMg==")]
    public void Nothing_allows_a_private_key_the_password_of_a_URL_or_the_data_of_a_Secret(string values, string secret)
    {
        var text = JsonNode.Parse(values.Replace("KEY", Key.Replace("\n", "\\n", StringComparison.Ordinal), StringComparison.Ordinal))!.ToJsonString();

        var allowed = new[] { "x", "password", "objects", "m" }.Select(key => $"{{path: \"values/x/{key}*\", because: I say so}}");
        var found = Redact(text, $"allow: [{string.Join(", ", allowed)}]");

        Assert.DoesNotContain(secret, found.Document!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_reason_says_which_rule_decided()
    {
        var found = Redactor.Values(
            JsonNode.Parse("""{"backend":{"initTenant":"admin: x"}}""")!.AsObject(), "values/x", SecretRules.RunAi().For("control-plane", "2.20.24"));

        Assert.Equal("rule backend.initTenant of chart control-plane 2.20.24", Assert.Single(found.Decisions).Reason);
    }

    private static Redaction Redact(string values, string rules) => Redactor.Values(
        JsonNode.Parse(values)!.AsObject(), "values/x", SecretRules.Parse($"version: 1\ncharts: []\n{rules}\n", "rules.yaml"));
}
