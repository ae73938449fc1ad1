using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Snapshots;
using RunAiDr.Core.Yaml;
using RunAiDr.Data.Dumps;
using RunAiDr.Data.Dumps.Restoring;
using RunAiDr.Data.Postgres;

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
        await WriteSecretsAsync(ct);
        await stage.RunAsync($"plan before-the-changes --secrets secrets.yaml {New}", ct);

        stage.Say("6. Restore the tagged commit. The secrets come from a file of the operator, not from Git.");
        await stage.RunAsync($"rehydrate before-the-changes --secrets secrets.yaml {New}", ct);

        stage.Say("7. Is the new cluster the one that was saved?");
        await stage.RunAsync($"verify before-the-changes {New}", ct);

        await RestoreDatabaseAsync(ct);
        stage.Say($"The repository is yours to look at: git -C {stage.FileOf("dr.git")} log -p");
    }

    private async Task CheckpointAsync(CancellationToken ct)
    {
        if (stage.Database is null)
        {
            stage.Say("4. A checkpoint with the database is left out: there is no PostgreSQL on this machine (package postgresql).");
            return;
        }

        stage.Say("4. A checkpoint: database, metrics and cluster in one tag. The database is reached through the API server.");
        stage.Show($"cat >> runai-dr.yaml{DemoInstallation.Configuration.TrimEnd()}");
        await File.AppendAllTextAsync(stage.FileOf("runai-dr.yaml"), DemoInstallation.Configuration, ct);
        await stage.RunAsync($"checkpoint --name before-the-loss {Old}", ct);
        await stage.RunAsync($"status {Old}", ct);
    }

    private async Task RestoreDatabaseAsync(CancellationToken ct)
    {
        if (stage.Database is null)
        {
            return;
        }

        stage.Say("8. The dump of the checkpoint, restored into an empty PostgreSQL. Does it hold what was saved?");
        await using var database = await ScratchPostgres.StartAsync(new SecretText(DemoInstallation.DatabasePassword()), ct);
        var file = stage.FileOf("dumps/sample/before-the-loss/reference.yaml");
        var reference = SnapshotReference.Parse(await File.ReadAllBytesAsync(file, ct), file);
        var dumps = new DumpOptions { Directory = stage.FileOf("dumps") };
        using var restorer = new DumpRestorer(new PostgresConnector(database.Options()), dumps, stage.Clock);
        var outcome = await restorer.RestoreAsync(reference, new DatabaseRestoreOptions(Clean: false), new Progress<SnapshotProgress>(), ct);
        stage.Tell($"{outcome.Action}: {outcome.Reason}");
        var password = stage.FileOf("db-password");
        await File.WriteAllTextAsync(password, DemoInstallation.DatabasePassword(), ct);
        await stage.RunAsync(
            $"verify before-the-loss --data {New}",
            ct,
            new("RUNAI_DR_DATABASE_HOST", database.Address.Address.ToString()),
            new("RUNAI_DR_DATABASE_PORT", database.Address.Port.ToString(CultureInfo.InvariantCulture)),
            new("RUNAI_DR_DATABASE_PASSWORDFILE", "db-password"));
        File.Delete(password);
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
        name.EndsWith(".dockerconfigjson", StringComparison.Ordinal) ? "{\"auths\":{}}" : $"demo-{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..24]}";
}
