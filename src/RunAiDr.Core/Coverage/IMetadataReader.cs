using RunAiDr.Core.Export;

namespace RunAiDr.Core.Coverage;

/// <summary>Names what a cluster holds without reading it.</summary>
public interface IMetadataReader : IClusterReader
{
    /// <summary>Why the resources of a selection cannot be listed, null when they can.</summary>
    /// <exception cref="RunAiDrException">The server cannot be reached, or does not accept the credentials.</exception>
    Task<string?> RefusalOfListAsync(ListSelection selection, CancellationToken ct);

    /// <summary>
    /// Every resource of a selection, with nothing but its metadata where the server can leave the rest out; for attempts see
    /// <see cref="IClusterReader.ReadCutAsync"/>.
    /// </summary>
    IAsyncEnumerable<CutPage> ReadMetadataAsync(ListSelection selection, CancellationToken ct);
}
