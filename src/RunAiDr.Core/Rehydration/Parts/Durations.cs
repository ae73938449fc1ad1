namespace RunAiDr.Core.Rehydration.Parts;

/// <summary>
/// Rules of thumb for how long a restore takes, so that a plan can say minutes or hours. The report has what it took.
/// </summary>
internal static class Durations
{
    // A network disk at its slowest that is still sold, and what one pg_restore writes with indexes.
    private const double VolumeBytesPerSecond = 100e6;
    private const double DumpBytesPerSecond = 10e6;
    private const double ResourcesPerSecond = 100;

    public static TimeSpan Release { get; } = TimeSpan.FromMinutes(5);

    public static TimeSpan Comparison { get; } = TimeSpan.FromSeconds(30);

    public static TimeSpan? Volume(long? bytes) => bytes is { } size ? TimeSpan.FromSeconds(30 + (size / VolumeBytesPerSecond)) : null;

    public static TimeSpan? Dump(long? bytes) => bytes is { } size ? TimeSpan.FromSeconds(10 + (size / DumpBytesPerSecond)) : null;

    public static TimeSpan Resources(int count) => TimeSpan.FromSeconds(Math.Ceiling(count / ResourcesPerSecond));
}
