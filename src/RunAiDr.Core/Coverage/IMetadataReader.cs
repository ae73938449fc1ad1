using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Coverage;

/// <summary>Names what a cluster holds without reading it.</summary>
public interface IMetadataReader
{
    /// <summary>Every served kind in every served version, the preferred version of each group first.</summary>
    Task<IReadOnlyList<ResourceKind>> DiscoverAsync(CancellationToken ct);

    /// <summary>Why the resources of a kind cannot be listed, null when they can.</summary>
    /// <exception cref="RunAiDrException">The server cannot be reached, or does not accept the credentials.</exception>
    Task<string?> RefusalOfListAsync(ResourceKind kind, CancellationToken ct);

    /// <summary>
    /// Every resource of a kind, with nothing but its metadata where the server can leave the rest out; for attempts see
    /// <see cref="IClusterReader.ReadCutAsync"/>.
    /// </summary>
    IAsyncEnumerable<CutPage> ReadMetadataAsync(ResourceKind kind, CancellationToken ct);
}
