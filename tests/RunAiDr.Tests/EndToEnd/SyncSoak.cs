using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>The long version: faults at random for as long as RUNAI_DR_SOAK_MINUTES says, and at the end nothing is missing.</summary>
[Trait("Category", "Soak")]
public sealed class SyncSoak(ITestOutputHelper output) : SyncScene
{
    private readonly Random _random = new(Seed);

    private static int Seed { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("RUNAI_DR_SOAK_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : Environment.TickCount;

    private static TimeSpan Duration { get; } = TimeSpan.FromMinutes(
        double.TryParse(Environment.GetEnvironmentVariable("RUNAI_DR_SOAK_MINUTES"), CultureInfo.InvariantCulture, out var minutes) ? minutes : 10);

    [Fact]
    public async Task Killed_at_random_points_of_a_storm_with_every_other_fault_in_between()
    {
        output.WriteLine($"seed {Seed}");
        var began = Stopwatch.GetTimestamp();
        var (kills, stops) = (0, 0);
        while (Stopwatch.GetElapsedTime(began) < Duration)
        {
            await HealAsync();
            await using var sync = Start();
            var isReady = _random.Next(4) > 0;
            if (isReady)
            {
                await sync.UntilReadyAsync();
            }

            await StormWithFaultsAsync(_random.Next(5, 150));
            Assert.False(sync.HasEnded, sync.Log);

            // Before its Main has begun, SIGTERM ends any process with 143.
            if (isReady && _random.Next(5) == 0)
            {
                var code = await sync.TerminateAsync();
                Assert.True(code == 0, $"exit code {code}\n{sync.Log}");
                stops++;
            }
            else
            {
                await sync.KillAsync();
                kills++;
            }

            if (Remote.Try([], "rev-parse", "--verify", "-q", "main").Code == 0)
            {
                NoteTip();
            }
        }

        await HealAsync();
        await using var last = Start();
        Load("last");
        await UntilRemoteAsync("last", last);
        await UntilCompleteAsync(last);
        var commits = Remote.Lines("rev-list", "main").Length;
        output.WriteLine($"{kills} kills, {stops} stops, {commits} commits");
        Assert.True(commits > kills, "the faults left no time to work: nothing was tested");
    }

    private Task HealAsync()
    {
        (Front.CutAfter, Front.IsUnplugged, Front.IsStalled) = (0, false, false);
        return HookAsync(null);
    }

    private async Task StormWithFaultsAsync(int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            Storm(_random);
            await Task.Delay(15, CancellationToken.None);
            switch (_random.Next(120))
            {
                case 0:
                    Front.Cut();
                    break;
                case 1:
                    Cluster.Sandbox.Compact();
                    break;
                case 2:
                    Front.IsStalled = !Front.IsStalled;
                    break;
                case 3:
                    Front.IsUnplugged = !Front.IsUnplugged;
                    break;
                case 4:
                    await HookAsync(_random.Next(3) == 0 ? "exit 1" : null);
                    break;
                case 5:
                    Front.CutAfter = _random.Next(3) == 0 ? _random.Next(50_000, 2_000_000) : 0;
                    break;
            }
        }
    }
}
