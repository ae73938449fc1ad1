using System.Text.Json.Nodes;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox.Installation;

namespace RunAiDr.Cli.Demo;

/// <summary>What people do to the installation between two exports.</summary>
internal sealed class DemoChanges(DemoStage stage)
{
    public async Task MakeAsync(CancellationToken ct)
    {
        Edit("RoleBinding", "runai-vision", "runai-researcher", binding => Subjects(binding).Add(User("intern@example.internal")));
        Edit("ConfigMap", "runai", "job-settings-interactive", template =>
        {
            var data = template["data"]!;
            data["fields"] = ((string)data["fields"]!).Replace("max: 4", "max: 8", StringComparison.Ordinal);
        });
        Edit("RoleBinding", "runai-nlp", "runai-researcher", binding =>
        {
            var metadata = binding["metadata"]!.AsObject();
            metadata["name"] = "support-breakglass";
            metadata.Remove("uid");
            binding["roleRef"]!["name"] = "cluster-admin";
            binding["subjects"] = new JsonArray(User("support@example.internal"));
        });
        await DeleteNamespaceAsync("runai-tutorial", ct);
    }

    private void Edit(string kind, string @namespace, string name, Action<JsonObject> change)
    {
        var resource = SampleInstallation.Resources().First(candidate =>
            (string?)candidate["kind"] == kind
            && (string?)candidate["metadata"]!["namespace"] == @namespace
            && (string?)candidate["metadata"]!["name"] == name);
        change(resource);
        resource["metadata"]!["managedFields"] = new JsonArray(new JsonObject
        {
            ["manager"] = "kubectl-edit",
            ["operation"] = "Update",
            ["time"] = stage.Clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
        });
        stage.Lost.Load(resource);
    }

    private async Task DeleteNamespaceAsync(string name, CancellationToken ct)
    {
        var source = new KubeconfigSource(stage.FileOf("old.kubeconfig"), null, "");
        using var client = new ClusterClient(Kubeconfig.Load(source, stage.Clock), stage.Clock);
        await client.DeleteAsync(KnownKinds.Namespace, null, name, ct);
        while (await client.GetAsync(KnownKinds.Namespace, null, name, ct) is not null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), stage.Clock, ct);
        }
    }

    private static JsonArray Subjects(JsonObject binding)
    {
        if (binding["subjects"] is not JsonArray subjects)
        {
            binding["subjects"] = subjects = [];
        }

        return subjects;
    }

    private static JsonObject User(string name) =>
        new() { ["apiGroup"] = KnownKinds.Rbac, ["kind"] = "User", ["name"] = name };
}
