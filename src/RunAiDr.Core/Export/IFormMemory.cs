namespace RunAiDr.Core.Export;

/// <summary>Keeps between exports what only saves time: it may be lost, and who cannot write to it goes without.</summary>
public interface IFormMemory
{
    /// <summary>What was kept last of a cluster; null when there is nothing.</summary>
    byte[]? Load(string cluster);

    /// <summary>Replaces it.</summary>
    void Keep(string cluster, ReadOnlySpan<byte> forms);
}
