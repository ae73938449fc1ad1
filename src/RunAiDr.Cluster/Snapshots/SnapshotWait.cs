using System.Globalization;
using RunAiDr.Core;

namespace RunAiDr.Cluster.Snapshots;

/// <summary>What one look at a snapshot shows: the value that is waited for, or an error that may pass.</summary>
/// <param name="Value">What is waited for.</param>
/// <param name="Error">What the driver complained of last.</param>
/// <param name="Underway">Whether the driver may still be at work, whatever it complained of.</param>
internal readonly record struct Sight<T>(T? Value, string? Error = null, bool Underway = false)
    where T : class;

/// <summary>
/// Looks again and again until a snapshot is usable. Controllers try again after an error, so that one counts only when
/// it stays although the driver has given up, or when the time is over: drivers that take long fail at first, as their
/// answer is waited for only a minute. A server that cannot be reached is asked again until then.
/// </summary>
/// <param name="timeout">What all waits have together, from now on.</param>
/// <param name="patience">How long an error must stay.</param>
/// <param name="clock">Measures both.</param>
internal sealed class SnapshotWait(TimeSpan timeout, TimeSpan patience, TimeProvider clock)
{
    private const string See = "See the events and logs of the snapshot controller and of the driver's csi-snapshotter.";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly long _began = clock.GetTimestamp();

    /// <summary>What to do when it fails.</summary>
    public string Remedy { get; init; } = See;

    /// <exception cref="RunAiDrException">It failed, or the time is over.</exception>
    public async Task<T> UntilAsync<T>(
        string what, Func<CancellationToken, Task<Sight<T>>> look, Action<string> report, CancellationToken ct)
        where T : class
    {
        var began = clock.GetTimestamp();
        long? failsSince = null;
        while (true)
        {
            var (seen, trouble) = await LookAsync(look, ct);
            if (seen.Value is { } value)
            {
                return value;
            }

            failsSince = seen switch
            {
                { Error: null } => null,
                { Underway: true } => failsSince, // also while it tries once more what has failed for good
                _ => failsSince ?? clock.GetTimestamp(),
            };
            if (!seen.Underway && failsSince is { } since && clock.GetElapsedTime(since) >= patience)
            {
                throw SnapshotTarget.Failure($"{what} fails and keeps failing: {seen.Error}.", Remedy);
            }

            if (clock.GetElapsedTime(_began) >= timeout)
            {
                var last = (seen.Error ?? trouble) is { } reason ? $"; last: {reason}" : "";
                throw SnapshotTarget.Failure($"{what} was not usable within {Seconds(timeout)}{last}.", Remedy);
            }

            report($"waiting for the driver, {Seconds(clock.GetElapsedTime(began))}");
            await Task.Delay(Pause, clock, ct);
        }
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s");

    private static async Task<(Sight<T> Seen, string? Trouble)> LookAsync<T>(
        Func<CancellationToken, Task<Sight<T>>> look, CancellationToken ct)
        where T : class
    {
        try
        {
            return (await look(ct), null);
        }
        catch (RunAiDrException failure) when (failure.Fault == Fault.ClusterUnreachable)
        {
            return (default, failure.Message);
        }
    }
}
