using RunAiDr.Core;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Snapshots.Restoring;

/// <summary>The checks of one volume, each of which may be refused without the others.</summary>
internal sealed class PlanChecks(ClusterClient client, VolumeRestore wanted)
{
    private readonly List<PlanCheck> _checks = [];

    public IReadOnlyList<PlanCheck> All => _checks;

    private string Subject { get; } = $"volume {SnapshotLabels.NameOf(wanted.Component)}";

    public void Ok(string finding) => _checks.Add(new PlanCheck(Subject, CheckResult.Ok, finding));

    public void Warn(string finding, string remedy) =>
        _checks.Add(new PlanCheck(Subject, CheckResult.Warning, finding, remedy));

    public void Block(string finding, string remedy) =>
        _checks.Add(new PlanCheck(Subject, CheckResult.Blocked, finding, remedy));

    /// <summary>Runs a check; what the server refuses to tell blocks.</summary>
    /// <exception cref="RunAiDrException">The server cannot be reached.</exception>
    public async Task LookAsync(Func<CancellationToken, Task> look, CancellationToken ct)
    {
        try
        {
            await look(ct);
        }
        catch (RunAiDrException refused) when (refused.Fault == Fault.ClusterRefused)
        {
            Block(refused.Message, refused.Remedy);
        }
    }

    /// <summary>Asks for each right that restoring takes.</summary>
    public async Task RightsAsync(IEnumerable<(ResourceKind Kind, string[] Verbs)> rights, CancellationToken ct)
    {
        var denied = new List<string>();
        foreach (var (kind, verbs) in rights)
        {
            var @namespace = kind.Namespaced ? wanted.Namespace : null;
            foreach (var verb in verbs)
            {
                if (!await client.MayAsync(verb, kind, @namespace, ct))
                {
                    denied.Add($"{verb} {kind.QualifiedName}{(@namespace is null ? "" : $" in {@namespace}")}");
                }
            }
        }

        _checks.Add(denied.Count == 0
            ? new PlanCheck(Subject, CheckResult.Ok, "every right that it takes is there")
            : new PlanCheck(
                Subject, CheckResult.Blocked, $"{denied.Count} rights are missing",
                "Grant these rights to the user of this kubeconfig context, or choose another context.")
            {
                Items = denied,
            });
    }
}
