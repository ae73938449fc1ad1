using RunAiDr.Core.State;

namespace RunAiDr.Core.Export;

/// <summary>What an export read and left out. Holds names only, never a secret.</summary>
public sealed record ExportReport
{
    public required string Cluster { get; init; }

    /// <summary>What the restore point says of the cluster.</summary>
    public required RestorePointInfo Info { get; init; }

    /// <summary>The etcd revision at which every kind was read.</summary>
    public required string Revision { get; init; }

    /// <summary>Qualified kind name → number of resources in the state tree.</summary>
    public required IReadOnlyDictionary<string, int> Counts { get; init; }

    /// <summary>Kinds of the scope that the cluster does not serve, or not at a version of the scope.</summary>
    public required IReadOnlyList<string> LackingKinds { get; init; }

    /// <summary>Resources that are being deleted and so are not desired state.</summary>
    public required IReadOnlyList<string> Terminating { get; init; }

    /// <summary>Names of the placeholders that stand for secrets, ordinal.</summary>
    public required IReadOnlyList<string> Placeholders { get; init; }

    /// <summary>What was encrypted; null when nothing is.</summary>
    public EncryptionReport? Encryption { get; init; }

    /// <summary>Kinds, and single resources as <c>kind/name</c>, that are kept for comparison only.</summary>
    public required IReadOnlyList<string> CompareOnly { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Path → the field manager that wrote the resource last.</summary>
    public required IReadOnlyDictionary<string, string> LastManagers { get; init; }

    /// <summary>
    /// Qualified kind name → Kind, for messages: <c>rolebindings.rbac.authorization.k8s.io</c> → <c>RoleBinding</c>.
    /// </summary>
    public required IReadOnlyDictionary<string, string> KindNames { get; init; }

    public int Resources => Counts.Values.Sum();
}

/// <summary>How many secrets an export holds encrypted, and for how many recipients.</summary>
/// <param name="Secrets">All of them.</param>
/// <param name="Recipients">Each of whom can read them all.</param>
/// <param name="Renewed">Those that this export encrypted; the others are as the last restore point has them.</param>
public sealed record EncryptionReport(int Secrets, int Recipients, int Renewed);
