using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets;
using RunAiDr.Tests.Core.Export;

namespace RunAiDr.Tests.Core.Secrets;

public sealed class RedactorTests
{
    private static readonly ResourceKind Secrets = new("", "v1", "Secret", "secrets", true);
    private static readonly ResourceKind ConfigMaps = new("", "v1", "ConfigMap", "configmaps", true);

    /// <summary>Values that hold no secret and that an operator must be able to read.</summary>
    private static readonly string[] Readable =
    [
        "global.postgresql.auth.existingSecret", "global.postgresql.auth.username", "global.ingress.tlsSecretName",
        "global.imagePullSecrets.0.name", "global.tolerations.0.key", "keycloakx.adminUser", "keycloakx.existingSecret",
        "grafana.dbUser", "grafana.adminUser", "grafana.db.existingSecret", "grafana.admin.existingSecret",
        "tenantsManager.config.adminUsername", "postgresql.postgresqlUsername", "global.db.user", "global.grafana.dbUser",
        "notificationsService.config.sinks.runai-email.user", "backend.openshiftIdp.firstAdmin", "backend.https.crt",
        "backend.db.schema", "global.branding.title",
        "controlPlane.existingSecret", "controlPlane.secretKeys.clientSecret", "controlPlane.url", "cluster.uid", "cluster.url",
        "global.additionalImagePullSecrets.0", "global.customCAGit.secret.name", "global.customCAGit.secret.key",
        "researcherService.ingress.tlsSecret", "researcherService.route.tlsSecret",
        "global.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution.0.preference.matchExpressions.0.key",
        "clusterConfig.project-controller.clusterWideSecret",
    ];

    [Theory]
    [InlineData("runai-backend")]
    [InlineData("runai-cluster")]
    public void Values_that_are_no_secret_stay_readable(string release)
    {
        var before = Recorded(release);
        var after = Redacted(release, out _);

        var compared = Readable.Where(path => Exists(before, path)).ToList();
        Assert.NotEmpty(compared);
        Assert.All(compared, path => Assert.True(JsonNode.DeepEquals(At(before, path), At(after, path)), path));
    }

    [Fact]
    public void Every_readable_value_is_in_one_of_the_releases()
    {
        Assert.All(Readable, path => Assert.True(
            Exists(Recorded("runai-backend"), path) || Exists(Recorded("runai-cluster"), path), path));
    }

    [Theory]
    [InlineData("runai-backend")]
    [InlineData("runai-cluster")]
    public void What_is_put_back_gives_the_values_that_were_there(string release)
    {
        var text = Redacted(release, out var secrets).ToJsonString();
        Assert.DoesNotContain("CANARY", text, StringComparison.Ordinal);
        foreach (var secret in secrets)
        {
            var value = JsonValue.Create(secret.Value.Reveal()).ToJsonString();
            text = text.Replace(Placeholder.For(secret.Name), value[1..^1], StringComparison.Ordinal);
        }

        Assert.True(JsonNode.DeepEquals(Recorded(release), JsonNode.Parse(text)));
    }

    [Theory]
    [InlineData("runai-dr-secret:values/runai-backend/global.password:")]
    [InlineData("see runai-dr-secret:values/x/a: there")]
    [InlineData("runai-dr-secret:values/x/http://u:pw@host")]
    [InlineData("password: runai-dr-secret:")]
    public void A_text_that_would_be_taken_for_a_placeholder_is_hidden_and_comes_back_as_it_was(string text)
    {
        var before = Resource(ConfigMaps, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"t","namespace":"n"},"data":{}}""");
        before.Metadata["annotations"] = new JsonObject { ["note"] = text };
        before.Body["data"] = new JsonObject { ["k"] = text };
        var redaction = Redactor.Resource(before with { Body = before.Body.DeepClone().AsObject() }, SecretRules.None);

        var saved = before with { Body = redaction.Document!.AsObject() };
        var values = redaction.Secrets.ToDictionary(secret => secret.Name, secret => secret.Value, StringComparer.Ordinal);
        var known = new Dictionary<string, SecretText>(values, StringComparer.Ordinal) { ["values/runai-backend/global.password"] = new("stolen") };
        Assert.All(values.Keys, name => Assert.StartsWith("namespaces/n/configmaps/t/", name, StringComparison.Ordinal));
        Assert.True(JsonNode.DeepEquals(before.Body, RunAiDr.Core.Rehydration.SecretFilling.Fill(saved, known).Body));
        Assert.Empty(RunAiDr.Core.Rehydration.SecretFilling.MisfitsIn(saved, known));
    }

    [Fact]
    public void A_binding_hides_what_would_be_taken_for_a_placeholder_and_nothing_else()
    {
        var binding = RunAiDr.Tests.Support.Given.Binding("n", "b", "view", "token=abc", "runai-dr-secret:values/x/a:");

        Assert.Equal("runai-dr-secret:values/x/a:", Assert.Single(Redactor.Resource(binding, SecretRules.None).Secrets).Value.Reveal());
    }

    [Fact]
    public void Without_the_table_of_paths_only_what_nothing_gives_away_is_left()
    {
        var redaction = Redactor.Values(Recorded("runai-backend"), "values/x", SecretRules.None);

        Assert.DoesNotContain("CANARY", redaction.Document!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_stands_in_the_data_of_a_secret_is_hidden()
    {
        var values = JsonNode.Parse("""{"extraSecrets":[{"name":"x","stringData":{"plain":"word","n":7,"empty":""}}]}""")!;

        var redaction = Redactor.Values(values.AsObject(), "values/x", SecretRules.None);

        Assert.Equal(["word", "7"], redaction.Secrets.Select(secret => secret.Value.Reveal()).ToArray());
    }

    [Fact]
    public void Of_a_secret_only_its_keys_type_and_labels_are_left()
    {
        var redaction = Redactor.Resource(Resource(Secrets, """
            {"apiVersion":"v1","kind":"Secret","metadata":{"name":"a:b","namespace":"n","labels":{"x":"y"},
            "annotations":{"note":"token=abcdef","plain":"text"}},
            "type":"Opaque","data":{"k":"dg==","empty":"","dot.key":"dg=="},"stringData":{"s":"v"}}
            """), SecretRules.None);

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""
            {"apiVersion":"v1","kind":"Secret","metadata":{"name":"a:b","namespace":"n","labels":{"x":"y"},
            "annotations":{"note":"token=runai-dr-secret:namespaces/n/secrets/a-3Ab/metadata.annotations.note.token-HASH1:","plain":"text"}},
            "type":"Opaque","data":{"k":"runai-dr-secret:namespaces/n/secrets/a-3Ab/k-HASH2:",
            "empty":"",
            "dot.key":"runai-dr-secret:namespaces/n/secrets/a-3Ab/dot.key-HASH3:"},
            "stringData":{"s":"runai-dr-secret:namespaces/n/secrets/a-3Ab/s-HASH4:"}}
            """), WithoutHashes(redaction.Document!)));
        Assert.Equal(4, redaction.Secrets.Select(secret => secret.Name).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void What_the_data_of_a_secret_encodes_is_the_secret_byte_for_byte()
    {
        var secret = Resource(Secrets, """
            {"apiVersion":"v1","kind":"Secret","metadata":{"name":"a","namespace":"n"},
            "data":{"text":"bGluZQo=","empty":"","bom":"77u/eA==","bytes":"AP/+","nul":"AA=="}}
            """);
        var before = secret.Body["data"]!.DeepClone();

        var redaction = Redactor.Resource(secret, SecretRules.RunAi());

        var values = redaction.Secrets.ToDictionary(found => found.Name, found => found.Value, StringComparer.Ordinal);
        Assert.Equal("line\n", values["namespaces/n/secrets/a/text"].Reveal());
        Assert.Equal([0, 0xff, 0xfe], values["namespaces/n/secrets/a/bytes"].RevealBytes());
        Assert.True(JsonNode.DeepEquals(before, RunAiDr.Core.Rehydration.SecretFilling.Fill(secret, values).Body["data"]));
    }

    [Fact]
    public void A_template_keeps_every_line_that_is_no_secret()
    {
        var redaction = Redactor.Resource(Resource(ConfigMaps, """
            {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"t","namespace":"runai"},
            "data":{"values":"image: x\nenvironments:\n  - A_TOKEN=abc\n  - B_TOKEN=SECRET:wandb,token\n  - A_TOKEN=def\nend: 1\n"}}
            """), SecretRules.None);

        Assert.Equal(
            "image: x\nenvironments:\n  - A_TOKEN=runai-dr-secret:templates/t/data.values.A_TOKEN:\n"
            + "  - B_TOKEN=SECRET:wandb,token\n  - A_TOKEN=runai-dr-secret:templates/t/data.values.A_TOKEN.2:\nend: 1\n",
            (string?)redaction.Document!["data"]!["values"]);
        Assert.Equal(["abc", "def"], redaction.Secrets.Select(secret => secret.Value.Reveal()).ToArray());
    }

    [Fact]
    public void Binary_data_with_a_private_key_is_hidden()
    {
        var key = Convert.ToBase64String("-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n"u8);
        var redaction = Redactor.Resource(Resource(ConfigMaps, $$$"""
            {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"t","namespace":"n"},"binaryData":{"id":"{{{key}}}"}}
            """), SecretRules.None);

        Assert.Equal(key, Assert.Single(redaction.Secrets).Value.Reveal());
    }

    [Fact]
    public void Names_of_users_and_schemas_are_not_touched()
    {
        var crd = Resource(
            new ResourceKind("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", false), """
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"x"},
            "spec":{"versions":[{"schema":{"password":"string","default":"secret=abc"}}]}}
            """);
        var before = crd.Body.DeepClone();

        Assert.True(JsonNode.DeepEquals(before, Redactor.Resource(crd, SecretRules.None).Document));
    }

    [Fact]
    public void An_annotation_that_names_a_secret_stays()
    {
        var ingress = Resource(new ResourceKind("networking.k8s.io", "v1", "Ingress", "ingresses", true), """
            {"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"x","namespace":"runai","annotations":{
            "nginx.ingress.kubernetes.io/auth-secret":"runai/basic-auth"}},"spec":{"tls":[{"secretName":"a-secret"}]}}
            """);

        Assert.Empty(Redactor.Resource(ingress, SecretRules.None).Secrets);
    }

    private static JsonNode WithoutHashes(JsonNode document)
    {
        var n = 0;
        return JsonNode.Parse(System.Text.RegularExpressions.Regex.Replace(
            document.ToJsonString(), "-[0-9a-f]{8}:", _ => $"-HASH{++n}:", System.Text.RegularExpressions.RegexOptions.None,
            TimeSpan.FromSeconds(1)))!;
    }

    private static Resource Resource(ResourceKind kind, string json) => new(kind, JsonNode.Parse(json)!.AsObject());

    private static JsonObject Redacted(string release, out IReadOnlyList<FoundSecret> secrets)
    {
        var redaction = Redactor.Values(Recorded(release), "values/" + release, RulesOf(release));
        secrets = redaction.Secrets;
        return (JsonObject)redaction.Document!;
    }

    private static SecretRules RulesOf(string release) =>
        SecretRules.RunAi().For(release == "runai-backend" ? "control-plane" : release, "2.20.24");

    private static JsonObject Recorded(string release) => JsonNode.Parse(File.ReadAllBytes(
        Path.Combine(RecordedCluster.Folder, "live", "helm", $"{release}.values.json")))!.AsObject();

    private static bool Exists(JsonNode root, string path)
    {
        var split = path.LastIndexOf('.');
        return At(root, path[..split]) is { } parent
            && (parent is JsonArray || (parent is JsonObject map && map.ContainsKey(path[(split + 1)..])));
    }

    private static JsonNode? At(JsonNode? node, string path) => path.Split('.').Aggregate(node, (at, segment) =>
        at is JsonArray list ? list[int.Parse(segment, System.Globalization.CultureInfo.InvariantCulture)] : (at as JsonObject)?[segment]);
}
