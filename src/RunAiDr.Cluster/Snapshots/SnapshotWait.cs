using System.Globalization;
using RunAiDr.Core;

namespace RunAiDr.Cluster.Snapshots;

/// <summary>What one look at a snapshot shows: the value that is waited for, or an error that may pass.</summary>
internal readonly record struct Sight<T>(T? Value, string? Error = null)
    where T : class;

/// <summary>
/// Looks again and again until a snapshot is usable. Controllers try again after an error, so that one counts only when
/// it stays for half a minute or until the time is over; a server that cannot be reached is asked again until then.
/// </summary>
internal sealed class SnapshotWait(TimeSpan timeout, TimeProvider clock)
{
    private const string See = "See the events and logs of the snapshot controller and of the driver's csi-snapshotter.";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ErrorPatience = TimeSpan.FromSeconds(30);

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

            failsSince = seen.Error is null ? null : failsSince ?? clock.GetTimestamp();
            if (failsSince is { } since && clock.GetElapsedTime(since) >= ErrorPatience)
            {
                throw SnapshotTarget.Failure($"{what} fails and keeps failing: {seen.Error}.", See);
            }

            var waited = clock.GetElapsedTime(began);
            if (waited >= timeout)
            {
                var last = (seen.Error ?? trouble) is { } reason ? $"; last: {reason}" : "";
                throw SnapshotTarget.Failure($"{what} was not usable within {Seconds(timeout)}{last}.", See);
            }

            report($"waiting for the driver, {Seconds(waited)}");
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
