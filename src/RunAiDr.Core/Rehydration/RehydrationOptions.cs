using RunAiDr.Core.Secrets;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Core.Rehydration;

/// <summary>What the operator decided before a rehydration.</summary>
public sealed record RehydrationOptions
{
    /// <summary>Existing and different resources are changed, and fields taken over from other field managers.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Resources whose secret values are not supplied are left out; without it they block the plan.</summary>
    public bool WithoutSecrets { get; init; }

    /// <summary>What an export with the configured scope would not have saved is restored too; without it, it blocks the plan.</summary>
    public bool AllowOutsideScope { get; init; }

    /// <summary>The server checks every write and persists none.</summary>
    public bool DryRun { get; init; }

    /// <summary>What is restored; everything unless set.</summary>
    public IReadOnlySet<RestorePhase> Phases { get; init; } = Enum.GetValues<RestorePhase>().ToHashSet();

    /// <summary>The target may hold an installation already; what is there and differs is left alone unless <see cref="Overwrite"/>.</summary>
    public bool IntoExisting { get; init; }

    /// <summary>Component → PersistentVolume of the target that holds its data already.</summary>
    public IReadOnlyDictionary<SnapshotComponent, string> ExistingVolumes { get; init; } = new Dictionary<SnapshotComponent, string>();

    /// <summary>A database that is not empty and differs is replaced by the dump.</summary>
    public bool CleanDatabase { get; init; }

    /// <summary>How long the control plane may take to bring back what is compared only; zero does not wait.</summary>
    public TimeSpan SyncLimit { get; init; }

    /// <summary>
    /// Since when this rehydration has been at work on a target that was fresh: what was created since then came from it or
    /// from a chart that it installed, so the saved state wins. Null on a target that is somebody's.
    /// </summary>
    internal DateTimeOffset? OwnSince { get; init; }

    /// <summary>Phases that an earlier run has ended: what is theirs is somebody's again.</summary>
    internal IReadOnlySet<RestorePhase> Done { get; init; } = new HashSet<RestorePhase>();

    internal bool Owns(RestorePhase phase) => OwnSince is not null && !Done.Contains(phase);

    /// <summary>Plain text by placeholder name.</summary>
    public IReadOnlyDictionary<string, SecretText> Secrets { get; init; } =
        new Dictionary<string, SecretText>(StringComparer.Ordinal);

    /// <summary>Requests under way at the same time.</summary>
    public int Parallelism { get; init; } = 16;

    /// <summary>How long to wait for a CRD to be established or for a deletion to end.</summary>
    public TimeSpan WaitLimit { get; init; } = TimeSpan.FromMinutes(2);
}
