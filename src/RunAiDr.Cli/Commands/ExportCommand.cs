using System.CommandLine;
using RunAiDr.Cli.Output;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;

namespace RunAiDr.Cli.Commands;

internal sealed class ExportCommand : OperatorCommand
{
    private readonly Option<string?> _tag = new("--tag")
    {
        Description = "Tag the restore point as dr/<cluster>/<name>",
        HelpName = "name",
    };

    private readonly Option<bool> _allowDeletions = new("--allow-deletions")
    {
        Description = "Commit even when many files vanish, or a custom resource definition with its resources",
    };

    private readonly Option<bool> _explainSecrets = new("--explain-secrets")
    {
        Description = "Write nothing; show which values are taken for secrets, and why",
    };

    public ExportCommand()
        : base(
            "export",
            "Read the cluster at one revision and commit its state when it changed.",
            "runai-dr export",
            "runai-dr export --tag before-upgrade",
            "runai-dr export --allow-deletions --output json",
            "runai-dr export --explain-secrets")
    {
        Options.Add(_tag);
        Options.Add(_allowDeletions);
        Options.Add(_explainSecrets);
    }

    public override async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        if (invocation.Get(_explainSecrets))
        {
            return await ExplainAsync(invocation, ct);
        }

        using var session = await Session.OpenToWriteAsync(invocation, ct);
        var (cluster, store) = (session.Name, session.Store);
        var before = store.Tip(cluster);
        using var writer = store.Begin(cluster);
        var report = await session.Exporter.ExportAsync(cluster, writer, store.TrustedTip(cluster), ct);
        var changes = writer.Changes();
        if (!invocation.Get(_allowDeletions))
        {
            VanishedKinds.Check(changes, report.LackingKinds);
        }

        session.Config.DeletionGuard.Check(writer.Deletions(), changes, invocation.Get(_allowDeletions));
        var commit = writer.Commit(CommitMessage.For(changes, report, before is null));

        // Nothing to commit means that there is a tip with this very tree. It is not always the one before this export:
        // another export may have committed the same state meanwhile.
        var restorePoint = commit ?? store.Tip(cluster)!.Id;
        var tag = invocation.Get(_tag) is { } name
            ? store.Tag(cluster, name, restorePoint, $"Restore point of cluster {cluster} at revision {report.Revision}")
            : null;
        var result = new ExportResult(
            cluster, report.Revision, restorePoint, commit is not null, tag, report.Resources,
            commit is null ? 0 : changes.Count,
            report.LackingKinds, report.Terminating, report.Placeholders, report.Encryption, report.Warnings);
        invocation.Printer.Result(invocation.Format, Lines(result), () => Documents.Of(result));
        return ExitCode.Success;
    }

    private static async Task<int> ExplainAsync(Invocation invocation, CancellationToken ct)
    {
        using var session = Session.Open(invocation);
        var report = await session.Exporter.ExportAsync(session.Name, new DroppedTree(), ct);
        invocation.Printer.Result(
            invocation.Format,
            SecretDecisionText.Lines(report.SecretDecisions),
            () => Documents.Of(new { report.Cluster, report.Revision, Decisions = report.SecretDecisions }));
        return ExitCode.Success;
    }

    private static IEnumerable<string> Lines(ExportResult result)
    {
        yield return result.Committed
            ? $"Committed restore point {result.RestorePoint.Abbreviated}: {result.Resources} resources, {result.ChangedFiles} {(result.ChangedFiles == 1 ? "file" : "files")} changed, revision {result.Revision}"
            : $"Nothing changed: restore point {result.RestorePoint.Abbreviated} still holds, {result.Resources} resources, revision {result.Revision}";
        if (result.Tag is not null)
        {
            yield return $"Tagged {result.Tag}";
        }

        if (result.Encryption is { } encryption)
        {
            yield return $"{encryption.Secrets} secret values encrypted for {encryption.Recipients} {(encryption.Recipients == 1 ? "recipient" : "recipients")}, {encryption.Renewed} of them anew";
        }

        if (result.Secrets.Count - (result.Encryption?.Secrets ?? 0) is > 0 and var left)
        {
            yield return $"{left} secret values left out; `runai-dr plan` lists the placeholders in their place";
        }

        if (result.LackingKinds.Count > 0)
        {
            yield return $"Not served by this cluster: {string.Join(", ", result.LackingKinds)}";
        }

        foreach (var resource in result.Terminating)
        {
            yield return Visible.Text($"Left out, being deleted: {resource}");
        }

        foreach (var warning in result.Warnings)
        {
            yield return Visible.Text($"Warning: {warning}");
        }
    }

    private sealed record ExportResult(
        string Cluster,
        string Revision,
        CommitId RestorePoint,
        bool Committed,
        string? Tag,
        int Resources,
        int ChangedFiles,
        IReadOnlyList<string> LackingKinds,
        IReadOnlyList<string> Terminating,
        IReadOnlyList<string> Secrets,
        EncryptionReport? Encryption,
        IReadOnlyList<string> Warnings);
}
