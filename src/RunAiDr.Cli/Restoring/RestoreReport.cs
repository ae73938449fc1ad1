using System.Text.Json.Nodes;
using RunAiDr.Cli.Output;
using RunAiDr.Core;
using RunAiDr.Core.Comparison;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Resources;
using RunAiDr.Git.Signing;

namespace RunAiDr.Cli.Restoring;

/// <summary>Everything that a rehydration leaves behind to read: for machines as JSON, for people as lines.</summary>
/// <param name="Cluster">Name of the cluster.</param>
/// <param name="Server">Where it was restored to.</param>
/// <param name="StartedAt">When the first write could have happened.</param>
/// <param name="RecoveryTime">From there to the end of the verification.</param>
/// <param name="Rehydration">What was done.</param>
/// <param name="Verification">How the target compares with the restore point; null when that was not asked or not possible.</param>
internal sealed record RestoreReport(
    string Cluster,
    Uri Server,
    DateTimeOffset StartedAt,
    TimeSpan RecoveryTime,
    RehydrationReport Rehydration,
    VerifyResult? Verification)
{
    /// <summary>Why the target could not be compared although that was wanted; null when it could.</summary>
    public RunAiDrException? NotVerified { get; init; }

    /// <summary>Who signed the restore point; null when that was told elsewhere.</summary>
    public SignatureVerdict? Signature { get; init; }

    /// <summary>Whether an HMAC proved the encrypted values that were used; null when none were.</summary>
    public bool? SecretsAuthenticated { get; init; }

    public IEnumerable<string> Lines()
    {
        var verified = Verification is { } verification ? DifferenceText.Lines(verification)
            : NotVerified is { } fault ? [Visible.Text($"not verified: {fault.Message} {fault.Remedy}")] : [];
        return [.. PlanText.Lines(Rehydration), .. verified, $"recovery time {PlanText.Age(RecoveryTime)}"];
    }

    /// <summary>What was done, and around it when, where and whether it is proven.</summary>
    public JsonNode Document()
    {
        var document = Documents.Of(Rehydration).AsObject();
        document["cluster"] = Cluster;
        document["server"] = Server.ToString();
        document["startedAt"] = Documents.Of(StartedAt);
        document["recoveryTime"] = Documents.Of(RecoveryTime);
        document["signature"] = Signature is null ? null : Documents.Of(Signature);
        document["secretsAuthenticated"] = SecretsAuthenticated;
        document["notVerified"] = NotVerified?.Message;
        document["verification"] = Verification is null ? null : Documents.Of(Verification);
        return document;
    }

    public int ExitCode => Rehydration.Outcome switch
    {
        RehydrationOutcome.Complete => NotVerified is { } fault ? Cli.ExitCode.For(fault)
            : Verification is { Equal: false } ? Cli.ExitCode.Different : Cli.ExitCode.Success,
        RehydrationOutcome.Cancelled => Cli.ExitCode.Cancelled,
        RehydrationOutcome.Stopped => Cli.ExitCode.ClusterUnreachable,
        _ => Cli.ExitCode.Incomplete,
    };
}
