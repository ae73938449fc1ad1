using System.Text.Json.Nodes;
using RunAiDr.Cli.Configuration;
using RunAiDr.Cli.Output;
using RunAiDr.Core;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;
using RunAiDr.Git;
using RunAiDr.Git.Signing;

namespace RunAiDr.Cli.Restoring;

/// <summary>Whether a restore point comes from whom the operator trusts, and whether that matters.</summary>
internal sealed record SignatureCheck(SignatureVerdict Verdict, bool IsRequired)
{
    private const string Remedy = "Choose a restore point that is signed by one of those whom the configuration allows (`git verify-tag`, `git log --show-signature`).";

    /// <summary>Forged ones are refused whatever the operator wants.</summary>
    public bool IsRefused => Verdict.State is SignatureState.Bad or SignatureState.Revoked || (IsRequired && Verdict.State != SignatureState.Good);

    /// <summary>As a row of the plan.</summary>
    public PlanCheck Row => new(
        "signature",
        IsRefused ? CheckResult.Blocked : Verdict.State == SignatureState.Good ? CheckResult.Ok : CheckResult.Warning,
        Verdict.Finding,
        Remedy);

    /// <summary>The row, unless the configuration has nothing to check with: then it would say the same of each plan.</summary>
    public IReadOnlyList<PlanCheck> Rows => Verdict.State == SignatureState.NotChecked ? [] : [Row];

    /// <param name="store">Where the restore point is.</param>
    /// <param name="config">Whose signatures count.</param>
    /// <param name="cluster">Name of the cluster.</param>
    /// <param name="reference">The restore point, as the operator named it.</param>
    /// <param name="restorePoint">The commit that this was found to be.</param>
    /// <exception cref="RunAiDrException">It cannot be checked.</exception>
    public static SignatureCheck Of(GitStateStore store, SignatureConfig config, string cluster, string reference, CommitId restorePoint) =>
        new(store.CheckSignature(cluster, reference, restorePoint), config.Required);

    /// <summary>Puts it into a result for machines.</summary>
    public JsonNode In(JsonNode document)
    {
        document["signature"] = Documents.Of(Verdict);
        return document;
    }

    /// <summary>Tells what is not in order, and goes no further where it matters.</summary>
    /// <exception cref="RunAiDrException">It is refused.</exception>
    public SignatureCheck Enforce(ProcessContext process)
    {
        if (IsRefused)
        {
            throw new RunAiDrException(Fault.RestorePoint, $"{Verdict.Finding}. Nothing was written.", Remedy);
        }

        return Tell(process);
    }

    /// <summary>Tells what is not in order, where nothing depends on it.</summary>
    public SignatureCheck Tell(ProcessContext process)
    {
        foreach (var warning in Rows.Where(row => row.Result != CheckResult.Ok))
        {
            process.Error.WriteLine(Visible.Text($"Warning: {warning.Finding}. {warning.Remedy}"));
        }

        return this;
    }
}
