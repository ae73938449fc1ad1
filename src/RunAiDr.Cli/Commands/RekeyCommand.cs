using System.CommandLine;
using RunAiDr.Cli.Configuration;
using RunAiDr.Cli.Output;
using RunAiDr.Cli.Restoring;
using RunAiDr.Core;
using RunAiDr.Core.State;
using RunAiDr.Git;

namespace RunAiDr.Cli.Commands;

internal sealed class RekeyCommand : OperatorCommand
{
    private readonly Option<string[]> _identity = RestoreOptions.Identity();

    private readonly Option<bool> _force = new("--force")
    {
        Description = "Encrypt again although the recipients are the same",
    };

    public RekeyCommand()
        : base(
            "rekey",
            "Encrypt the secrets of the last restore points for the recipients of the configuration. Older commits stay as they are.",
            "runai-dr rekey --identity old-key.txt",
            "runai-dr rekey --identity old-key.txt --cluster production --output json")
    {
        Options.Add(_identity);
        Options.Add(_force);
    }

    public override async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        var config = Session.ReadConfig(invocation);
        var sealing = config.Sealing ?? throw new RunAiDrException(
            Fault.Configuration, "The configuration does not say for whom secrets are encrypted.", "Set secrets.recipientsFile and secrets.hmacKeyFile.");
        var identities = RestoreOptions.IdentitiesOf(invocation, _identity);
        if (identities.Length == 0 && sealing.SopsConfigFile is null)
        {
            throw new RunAiDrException(Fault.Configuration, "Nothing opens the encrypted secrets.", "Give a private key with --identity.");
        }

        var clusters = ChosenOf(invocation, config);
        if (config.Review is not null && clusters.Count > 1)
        {
            throw new RunAiDrException(
                Fault.Configuration, "In review mode each cluster has a branch of its own.", "Choose one cluster with --cluster.");
        }

        using var store = GitStateStore.Open(Session.StoreOptions(config, clusters[0]), invocation.Process.Clock);
        var cipher = await sealing.CipherAsync(ct);
        var mac = sealing.ToCompare()?.Mac;
        var rekeying = new Rekeying(store, new SealedSecrets(identities, mac, sealing.UsesSops), cipher, invocation.Get(_force));
        var prepared = new List<RekeyedTree>();
        foreach (var cluster in clusters)
        {
            // All of them before the first commit, so that a key that is missing leaves everything as it was.
            prepared.AddRange(await rekeying.PrepareAsync(cluster, ct) is { } tree ? [tree] : []);
        }

        var results = new List<ClusterResult>();
        foreach (var cluster in clusters)
        {
            var tree = prepared.Find(tree => tree.Cluster == cluster);
            results.Add(new ClusterResult(cluster, tree?.Files ?? 0, tree is null ? null : await rekeying.CommitAsync(tree, ct)));
        }

        var result = new RekeyResult(results, cipher.Recipients, mac is not null, Rekeying.History);
        invocation.Printer.Result(invocation.Format, Lines(result), () => Documents.Of(result));
        return ExitCode.Success;
    }

    private static IReadOnlyList<string> ChosenOf(Invocation invocation, DrConfig config) =>
        invocation.Get(invocation.Globals.Cluster) is null
            ? [.. config.Clusters.Select(cluster => cluster.Name)]
            : [Session.ChosenOf(invocation, config).Name];

    private static IEnumerable<string> Lines(RekeyResult result)
    {
        foreach (var cluster in result.Clusters)
        {
            yield return cluster.Commit is { } commit
                ? $"{cluster.Cluster}: {cluster.Files} {(cluster.Files == 1 ? "file" : "files")} encrypted for {result.Recipients.Count} {(result.Recipients.Count == 1 ? "recipient" : "recipients")}, commit {commit.Abbreviated}"
                : $"{cluster.Cluster}: nothing to do, its secrets are for these recipients already or it has none";
        }

        if (result.Clusters.Any(cluster => cluster.Commit is not null))
        {
            if (!result.Authenticated)
            {
                yield return "The values were not authenticated: the key of secrets.hmacKeyFile is not at hand";
            }

            yield return result.History;
        }
    }

    private sealed record RekeyResult(
        IReadOnlyList<ClusterResult> Clusters, IReadOnlyList<string> Recipients, bool Authenticated, string History);

    private sealed record ClusterResult(string Cluster, int Files, CommitId? Commit);
}
