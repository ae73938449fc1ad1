using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Core.Yaml;
using RunAiDr.Sandbox.Installation;

namespace RunAiDr.Cli.Demo;

/// <summary>What the demonstration shows, in order.</summary>
internal sealed class DemoScript(DemoStage stage)
{
    private const string Old = "--kubeconfig old.kubeconfig";
    private const string New = "--kubeconfig new.kubeconfig";

    public async Task RunAsync(CancellationToken ct)
    {
        stage.Say($"Everything below happens in {stage.Directory}");
        stage.Say("1. A Run:ai installation of twelve projects. Make a DR repository, export, tag.");
        await stage.RunAsync("init --cluster sample", ct);
        await stage.RunAsync($"export --tag before-the-changes {Old}", ct);

        stage.Say("2. Days go by. Somebody adds a user, edits a template, binds cluster-admin, deletes a project's namespace.");
        await new DemoChanges(stage).MakeAsync(ct);
        await stage.RunAsync($"drift {Old}", ct);
        await stage.RunAsync($"export {Old}", ct);

        stage.Say("3. The history is Git's.");
        await stage.GitAsync("-C dr.git log --format=%h%x20%s main", ct);
        await stage.GitAsync("-C dr.git show --format=%b main -- clusters/sample/templates", ct);

        await CheckpointAsync(ct);

        stage.Say("5. The cluster is lost. Another one, empty, takes its place. What would a restore do?");
        stage.LoseCluster();
        await WriteSecretsAsync(ct);
        var (reference, parts) = stage.IsComplete
            ? ("before-the-loss", "")
            : ("before-the-changes", " --skip volumes,control-plane,database,metrics,cluster");
        await stage.RunAsync($"plan {reference} --secrets secrets.yaml{parts} {New}", ct);

        stage.Say("6. Restore the tagged commit. The secrets come from a file of the operator, not from Git.");
        await RehydrateAsync($"rehydrate {reference} --secrets secrets.yaml --yes{parts} {New}", ct);

        stage.Say("7. Is the new cluster the one that was saved? Does its database hold what was saved?");
        await stage.RunAsync($"verify {reference} {New}", ct);
        if (stage.IsComplete)
        {
            await stage.RunAsync($"verify {reference} --data {New}", ct);
        }

        stage.Say($"The repository is yours to look at: git -C {stage.FileOf("dr.git")} log -p");
    }

    /// <summary>While the control plane, as soon as it has its cluster again, brings its projects back.</summary>
    private async Task RehydrateAsync(string command, CancellationToken ct)
    {
        if (!stage.IsComplete)
        {
            await stage.RunAsync(command, ct);
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var back = stage.BringBackAsync(stop.Token);
        try
        {
            await stage.RunAsync(command, ct);
            await back;
        }
        finally
        {
            await stop.CancelAsync();
        }
    }

    private async Task CheckpointAsync(CancellationToken ct)
    {
        if (stage.Database is null)
        {
            stage.Say("4. A checkpoint with the database is left out: there is no PostgreSQL on this machine (package postgresql).");
            return;
        }

        stage.Say("4. A checkpoint: database, metrics and cluster in one tag. The database is reached through the API server.");
        var configuration = DemoInstallation.Configuration
            + DemoInstallation.ChartConfiguration(await SampleInstallation.WriteChartsAsync(stage.Directory, ct));
        stage.Show($"cat >> runai-dr.yaml{configuration.TrimEnd()}");
        await File.AppendAllTextAsync(stage.FileOf("runai-dr.yaml"), configuration, ct);
        await stage.RunAsync($"checkpoint --name before-the-loss {Old}", ct);
        await stage.RunAsync($"status {Old}", ct);
    }

    /// <summary>The file that an operator keeps outside Git, with new values for every placeholder.</summary>
    private async Task WriteSecretsAsync(CancellationToken ct)
    {
        var export = JsonNode.Parse(await stage.AskAsync($"export {Old} --output json", ct))!;
        var secrets = new JsonObject(export["secrets"]!.AsArray()
            .Select(name => (string)name!)
            .Select(name => KeyValuePair.Create(name, (JsonNode?)ValueFor(name))));
        await File.WriteAllBytesAsync(stage.FileOf("secrets.yaml"), YamlWriter.ToBytes(secrets), ct);
    }

    private static string ValueFor(string name) =>
        name.EndsWith("postgresPassword", StringComparison.Ordinal) ? DemoInstallation.DatabasePassword()
        : name.EndsWith(".dockerconfigjson", StringComparison.Ordinal) ? "{\"auths\":{}}" : $"demo-{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..24]}";
}
