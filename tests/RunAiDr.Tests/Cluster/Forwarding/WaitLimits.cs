namespace RunAiDr.Tests.Cluster.Forwarding;

/// <summary>Ends waits for what should come at once: a broken tunnel must fail a test, not hang it.</summary>
internal static class WaitLimits
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    public static Task Soon(this Task task) => task.WaitAsync(Limit, TimeProvider.System);

    public static Task Soon(this ValueTask task) => task.AsTask().Soon();

    public static Task<T> Soon<T>(this ValueTask<T> task) => task.AsTask().WaitAsync(Limit, TimeProvider.System);
}
