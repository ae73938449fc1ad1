using System.Text.Json.Nodes;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Deploy;

/// <summary>The manifests agree with each other, with the image and with pod security standard "restricted".</summary>
public sealed class ManifestTests : IAsyncLifetime
{
    private static readonly string Containerfile = RepositoryFiles.Read("build/Containerfile");

    private IReadOnlyList<JsonObject> _resources = [];

    private JsonNode Pod => _resources.Of("Deployment")["spec"]!["template"]!["spec"]!;

    private JsonNode Container => Pod["containers"]!.AsArray().Single()!;

    private JsonNode Config => DeployTemplates.Documents((string)_resources.Of("ConfigMap")["data"]!["runai-dr.yaml"]!).Single();

    public async Task InitializeAsync() => _resources = await DeployTemplates.BuildAsync(DeployTemplates.Base);

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public void Everything_is_in_the_namespace_of_the_service()
    {
        Assert.Equal("runai-dr", (string)_resources.Of("Namespace")["metadata"]!["name"]!);
        Assert.All(
            _resources.Where(resource => (string)resource["kind"]! is not ("Namespace" or "ClusterRole" or "ClusterRoleBinding")),
            resource => Assert.Equal("runai-dr", (string?)resource["metadata"]!["namespace"]));
        Assert.Equal("restricted", (string?)_resources.Of("Namespace")["metadata"]!["labels"]!["pod-security.kubernetes.io/enforce"]);
    }

    [Fact]
    public void The_pod_is_one_that_the_restricted_standard_admits()
    {
        string[] volumes =
        [
            "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "name", "persistentVolumeClaim", "projected", "secret",
        ];

        Assert.All((string[])["hostNetwork", "hostPID", "hostIPC"], field => Assert.Null(Pod[field]));
        Assert.Null(Pod["initContainers"]);
        Assert.All(Pod["volumes"]!.AsArray().SelectMany(volume => volume!.AsObject()), field => Assert.Contains(field.Key, volumes));
        Assert.True((bool)Pod["securityContext"]!["runAsNonRoot"]!);
        Assert.True((int)Pod["securityContext"]!["runAsUser"]! > 0);
        Assert.Equal("RuntimeDefault", (string)Pod["securityContext"]!["seccompProfile"]!["type"]!);
        Assert.False((bool)Container["securityContext"]!["allowPrivilegeEscalation"]!);
        Assert.Equal("""{"drop":["ALL"]}""", Container["securityContext"]!["capabilities"]!.ToJsonString());
        Assert.All(
            (string[])["privileged", "procMount", "runAsUser", "seLinuxOptions"],
            field => Assert.Null(Container["securityContext"]![field]));
        Assert.DoesNotContain(Container["ports"]!.AsArray(), port => port!["hostPort"] is not null);
    }

    [Fact]
    public void Only_the_repository_and_tmp_can_be_written()
    {
        var writable = Container["volumeMounts"]!.AsArray().Where(mount => mount!["readOnly"] is null)
            .Select(mount => (string)mount!["mountPath"]!);

        Assert.True((bool)Container["securityContext"]!["readOnlyRootFilesystem"]!);
        Assert.Equal(["/tmp", "/var/lib/runai-dr"], writable.Order(StringComparer.Ordinal));
        Assert.StartsWith("/var/lib/runai-dr/", (string)Config["repository"]!, StringComparison.Ordinal);
        Assert.Contains("HOME=/tmp", Containerfile, StringComparison.Ordinal);
    }

    [Fact]
    public void The_configuration_is_where_the_program_is_told_to_look()
    {
        var mounted = Mount("config");
        Assert.Equal(["sync", "--config", $"{mounted}/runai-dr.yaml"], Container["args"]!.AsArray().Select(text => (string)text!));
        Assert.Equal(
            (string)_resources.Of("ConfigMap")["metadata"]!["name"]!,
            (string)Volume("config")["configMap"]!["name"]!);
        Assert.StartsWith($"{Mount("git")}/", (string)Config["remote"]!["tokenFile"]!, StringComparison.Ordinal);
        Assert.True((bool)Volume("git")["secret"]!["optional"]!);
        Assert.True((bool)Config["leaderElection"]!["enabled"]!);
    }

    [Fact]
    public void Probes_and_service_ask_the_port_that_the_program_listens_on()
    {
        var port = Container["ports"]!.AsArray().Single()!;
        Assert.Equal("0.0.0.0:8443", (string)Config["listen"]!);
        Assert.Equal(8443, (int)port["containerPort"]!);
        Assert.Equal("https", (string)port["name"]!);
        Assert.Equal("HTTPS https /livez", Probe("startupProbe"));
        Assert.Equal("HTTPS https /livez", Probe("livenessProbe"));
        Assert.Equal("HTTPS https /readyz", Probe("readinessProbe"));
        Assert.Equal("https", (string)_resources.Of("Service")["spec"]!["ports"]![0]!["targetPort"]!);
    }

    [Fact]
    public void A_rollout_and_a_drain_leave_a_replica_that_can_write()
    {
        var deployment = _resources.Of("Deployment")["spec"]!;
        var budget = _resources.Of("PodDisruptionBudget")["spec"]!;
        var labels = deployment["template"]!["metadata"]!["labels"]!.ToJsonString();
        Assert.Equal(2, (int)deployment["replicas"]!);
        Assert.Equal(0, (int)deployment["strategy"]!["rollingUpdate"]!["maxUnavailable"]!);
        Assert.Equal(1, (int)budget["maxUnavailable"]!);
        Assert.Equal(labels, budget["selector"]!["matchLabels"]!.ToJsonString());
        Assert.Equal(labels, _resources.Of("Service")["spec"]!["selector"]!.ToJsonString());
    }

    [Fact]
    public async Task A_changed_configuration_replaces_the_pods()
    {
        using var copy = Copy();
        await File.AppendAllTextAsync(copy.File("runai-dr.yaml"), "scope: scope.yaml\n");

        var changed = await DeployTemplates.BuildAsync(copy.Path);

        Assert.NotEqual(
            _resources.Of("Deployment")["spec"]!["template"]!.ToJsonString(),
            changed.Of("Deployment")["spec"]!["template"]!.ToJsonString());
    }

    [Fact]
    public async Task What_the_kustomization_offers_as_comments_builds()
    {
        using var copy = Copy();
        var text = await File.ReadAllTextAsync(copy.File("kustomization.yaml"));
        await File.WriteAllTextAsync(copy.File("kustomization.yaml"), text
            .Replace("# - ", "- ", StringComparison.Ordinal)
            .Replace("# components:", "components:", StringComparison.Ordinal));

        var built = await DeployTemplates.BuildAsync(copy.Path);

        var context = built.Of("Deployment")["spec"]!["template"]!["spec"]!["securityContext"]!.AsObject();
        Assert.Equal(["runAsNonRoot", "seccompProfile"], context.Select(field => field.Key));
        var container = built.Of("Deployment")["spec"]!["template"]!["spec"]!["containers"]![0]!;
        var certificate = (string)built.Of("Service")["metadata"]!["annotations"]!["service.beta.openshift.io/serving-cert-secret-name"]!;
        Assert.Equal(certificate, (string)Volume("tls")["secret"]!["secretName"]!);
        Assert.Equal(
            ["RUNAI_DR_TLS_CERTFILE=/etc/runai-dr-tls/tls.crt", "RUNAI_DR_TLS_KEYFILE=/etc/runai-dr-tls/tls.key"],
            container["env"]!.AsArray().Select(variable => $"{variable!["name"]}={variable["value"]}"));
        Assert.Equal("/etc/runai-dr-tls", Mount("tls"));
        Assert.Equal((string)container["ports"]![0]!["name"]!, (string)built.Of("NetworkPolicy")["spec"]!["ingress"]![0]!["ports"]![0]!["port"]!);
        Assert.NotNull(built.Of("ServiceMonitor"));
        Assert.NotNull(built.Of("PrometheusRule"));
    }

    [Fact]
    public async Task On_OpenShift_Prometheus_verifies_the_certificate_of_the_service()
    {
        var built = await DeployTemplates.BuildAsync(Path.Combine(DeployTemplates.Base, "openshift", "monitoring"));

        var tls = built.Of("ServiceMonitor")["spec"]!["endpoints"]![0]!["tlsConfig"]!.AsObject();
        Assert.Equal(["ca", "serverName"], tls.Select(field => field.Key));
        Assert.Equal($"{_resources.Of("Service")["metadata"]!["name"]}.runai-dr.svc", (string)tls["serverName"]!);
        Assert.NotNull(built.Of("PrometheusRule"));
    }

    [Fact]
    public async Task A_kustomization_on_top_can_choose_another_namespace()
    {
        using var mine = new TestDirectory();
        var path = Path.GetRelativePath(mine.Path, DeployTemplates.Base);
        await File.WriteAllTextAsync(mine.File("kustomization.yaml"), $"namespace: dr-system\nresources: [{path}]\n");

        var built = await DeployTemplates.BuildAsync(mine.Path);

        Assert.Equal("dr-system", (string)built.Of("Deployment")["metadata"]!["namespace"]!);
        Assert.All(
            built.Where(resource => ((string)resource["kind"]!).EndsWith("RoleBinding", StringComparison.Ordinal)),
            binding => Assert.Equal("dr-system", (string)binding["subjects"]![0]!["namespace"]!));
    }

    [Fact]
    public void The_image_starts_what_is_published_as_the_user_of_the_pod()
    {
        var user = (int)Pod["securityContext"]!["runAsUser"]!;
        var arguments = string.Join(", ", Container["args"]!.AsArray().Select(text => $"\"{text}\""));

        Assert.Contains($"\nUSER {user}:{user}\n", Containerfile, StringComparison.Ordinal);
        Assert.Contains($"--uid {user} ", Containerfile, StringComparison.Ordinal);
        Assert.Contains("\nENTRYPOINT [\"dotnet\", \"/app/runai-dr.dll\"]\n", Containerfile, StringComparison.Ordinal);
        Assert.Contains($"\nCMD [{arguments}]\n", Containerfile, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(AppContext.BaseDirectory, "runai-dr.dll")));
        Assert.All(
            (string[])["age", "ca-certificates", "git", "libgit2-1.5", "openssh-client"],
            package => Assert.Contains($" {package} ", Containerfile, StringComparison.Ordinal));
    }

    private string Mount(string volume) =>
        (string)Container["volumeMounts"]!.AsArray().Single(mount => (string)mount!["name"]! == volume)!["mountPath"]!;

    private JsonNode Volume(string name) => Pod["volumes"]!.AsArray().Single(volume => (string)volume!["name"]! == name)!;

    private string Probe(string name) => string.Join(' ', ((string[])["scheme", "port", "path"]).Select(field => Container[name]!["httpGet"]![field]));

    private static TestDirectory Copy()
    {
        var copy = new TestDirectory();
        foreach (var file in Directory.EnumerateFiles(DeployTemplates.Base, "*", SearchOption.AllDirectories))
        {
            var to = copy.File(Path.GetRelativePath(DeployTemplates.Base, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }

        return copy;
    }
}
