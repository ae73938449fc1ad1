namespace RunAiDr.Core.State;

/// <summary>Of a reading whose report is all that is asked for.</summary>
public sealed class DroppedTree : IStateSink
{
    public void Put(string path, ReadOnlySpan<byte> content)
    {
        // Nothing is kept.
    }

    public bool Holds(string path, string blobId) => true;

    public void Keep(string path)
    {
        // Nothing is kept.
    }

    public void Reset()
    {
        // There is nothing to forget.
    }
}
