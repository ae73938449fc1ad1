namespace RunAiDr.Forges;

/// <summary>Until when a forge wants no requests: those who share its token share this too.</summary>
public sealed class ForgeLimit
{
    private long _until;

    internal DateTimeOffset NotBefore
    {
        get => new(Interlocked.Read(ref _until), TimeSpan.Zero);
        set => Interlocked.Exchange(ref _until, value.UtcTicks);
    }
}
