using RunAiDr.Core.Snapshots;

namespace RunAiDr.Core.Rehydration.Parts;

/// <summary>Restores dumps into a PostgreSQL.</summary>
public interface IDatabaseRestorer
{
    /// <summary>
    /// Looks at the dump, the programs and the decryption key. The database itself need not be there yet: it may come with
    /// a release that is installed before.
    /// </summary>
    /// <exception cref="RunAiDrException">The storage cannot be reached.</exception>
    Task<PartPlan> PlanAsync(SnapshotReference dump, CancellationToken ct);

    /// <summary>
    /// Roles first, then each database. One that holds what was saved already is left alone; one that holds anything else
    /// is replaced only when <paramref name="options"/> say so. When it fails, what was there before is there again.
    /// </summary>
    /// <exception cref="RunAiDrException">Database or storage cannot be reached or refuse.</exception>
    Task<PartOutcome> RestoreAsync(
        SnapshotReference dump, DatabaseRestoreOptions options, IProgress<SnapshotProgress> progress, CancellationToken ct);
}

/// <summary>What the operator decided about the database.</summary>
/// <param name="Clean">A database that is not empty and differs is replaced.</param>
public sealed record DatabaseRestoreOptions(bool Clean);
