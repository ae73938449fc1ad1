namespace RunAiDr.Data.Dumps;

/// <summary>The folder of one set of dumps below the configured one: <c>&lt;cluster&gt;/&lt;checkpoint&gt;</c>.</summary>
/// <param name="Cluster">Name of the cluster.</param>
/// <param name="Name">Name of the checkpoint; while the set is written to a disk or deleted, with <see cref="PartialSuffix"/>.</param>
internal sealed record DumpFolder(string Cluster, string Name)
{
    public const string PartialSuffix = ".partial";

    public bool IsPartial => Name.EndsWith(PartialSuffix, StringComparison.Ordinal);

    public string Checkpoint => IsPartial ? Name[..^PartialSuffix.Length] : Name;

    public DumpFolder AsPartial() => IsPartial ? this : this with { Name = Name + PartialSuffix };

    public override string ToString() => $"{Cluster}/{Name}";

    /// <summary>
    /// The folder that a location ends with, null when it does not end with one. Where a storage is mounted elsewhere
    /// after a disaster, a set is still found.
    /// </summary>
    public static DumpFolder? At(string location)
    {
        var segments = location.Split('/');
        return segments is [.., var cluster, var name] && IsLegal(cluster) && IsLegal(name) ? new DumpFolder(cluster, name) : null;
    }

    /// <summary>Whether a name can be that of a folder, or of a file in it.</summary>
    public static bool IsLegal(string name) => name.Length > 0 && name[0] != '.' && !name.AsSpan().ContainsAny('/', '\0');
}
