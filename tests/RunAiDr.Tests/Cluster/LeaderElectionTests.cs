using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;
using RunAiDr.Cluster.Leases;
using RunAiDr.Core;
using RunAiDr.Core.Resources;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cluster;

/// <summary>Replicas that compete for one Lease of the sandbox, on clocks that the tests move.</summary>
public sealed class LeaderElectionTests(ApiServerSandbox server) : IClassFixture<ApiServerSandbox>, IAsyncLifetime
{
    private static readonly ResourceKind Leases = new("coordination.k8s.io", "v1", "Lease", "leases", true);

    private readonly List<Replica> _replicas = [];
    private string _namespace = "";

    public async Task InitializeAsync() => _namespace = await server.NamespaceAsync();

    public async Task DisposeAsync()
    {
        foreach (var replica in _replicas)
        {
            await replica.DisposeAsync();
        }
    }

    [Fact]
    public async Task One_of_two_leads_and_the_other_knows_who()
    {
        var (a, b) = (Start("a"), Start("b"));
        await UntilAsync(() => a.Election.Leader is not null && b.Election.Leader is not null, a, b);

        Assert.NotEqual(a.Leads, b.Leads);
        Assert.Equal(a.Election.Leader, b.Election.Leader);
        Assert.NotEqual(a.Election.IsLeader, b.Election.IsLeader);
    }

    [Fact]
    public async Task A_leader_renews_and_keeps_who_acquired_when()
    {
        var a = Start("a");
        await UntilAsync(() => a.Leads, a);
        var first = await SpecAsync();

        await UntilAsync(async () => (string?)(await SpecAsync())["renewTime"] != (string?)first["renewTime"], a);

        var later = await SpecAsync();
        Assert.Equal((string?)first["acquireTime"], (string?)later["acquireTime"]);
        Assert.Equal((0, 15, "a"), ((int?)later["leaseTransitions"], (int?)later["leaseDurationSeconds"], (string?)later["holderIdentity"]));
    }

    [Fact]
    public async Task After_a_crash_another_one_takes_over_when_the_lease_has_run_out_on_its_own_clock()
    {
        var a = Start("a");
        await UntilAsync(() => a.Leads, a);
        var b = Start("b");
        await UntilAsync(() => b.Election.Leader == "a", b);

        // a stands still: its clock does, as after a crash.
        var waited = TimeSpan.Zero;
        while (!b.Leads)
        {
            Assert.True(waited < TimeSpan.FromSeconds(60), "nobody took over");
            b.Clock.Advance(TimeSpan.FromSeconds(1));
            waited += TimeSpan.FromSeconds(1);
            await PauseAsync();
        }

        Assert.True(waited >= TimeSpan.FromSeconds(14), $"took over after {waited}");
        Assert.Equal(1, (int?)(await SpecAsync())["leaseTransitions"]);
    }

    [Fact]
    public async Task A_leader_that_stops_hands_over_without_waiting_for_the_end_of_the_lease()
    {
        var a = Start("a");
        await UntilAsync(() => a.Leads, a);
        var b = Start("b");
        await UntilAsync(() => b.Election.Leader == "a", b);

        await a.StopAsync();
        var released = await SpecAsync();
        b.Clock.Advance(TimeSpan.FromSeconds(4));
        await UntilAsync(() => b.Leads);

        Assert.Equal("", (string?)released["holderIdentity"]);
        Assert.False(a.Election.IsLeader);
    }

    [Fact]
    public async Task A_leader_that_cannot_renew_stops_before_the_lease_runs_out_and_competes_again()
    {
        var a = Start("a");
        await UntilAsync(() => a.Leads, a);
        a.Network.Down = true;
        var waited = TimeSpan.Zero;
        while (a.Leads)
        {
            Assert.True(waited < TimeSpan.FromSeconds(14.5), "it leads on");
            a.Clock.Advance(TimeSpan.FromSeconds(0.5));
            waited += TimeSpan.FromSeconds(0.5);
            await PauseAsync();
        }

        Assert.False(a.Election.IsLeader);
        a.Network.Down = false;
        await UntilAsync(() => a.Leads, a);
        Assert.Equal(2, a.Terms);
    }

    [Fact]
    public async Task What_is_refused_after_it_was_granted_is_waited_for()
    {
        var a = Start("a");
        await UntilAsync(() => a.Leads, a);

        // As an API server does that has just been started.
        a.Network.Refuses = true;
        await UntilAsync(() => !a.Leads, a);
        await UntilAsync(() => a.Election.Trouble == "refused", a);
        Assert.False(a.Running.IsCompleted);

        a.Network.Refuses = false;
        await UntilAsync(() => a.Leads, a);
        Assert.Null(a.Election.Trouble);
    }

    [Fact]
    public async Task A_leader_whose_timers_did_not_fire_does_not_take_itself_for_one()
    {
        using var client = new ClusterClient(server.Connection, TimeProvider.System);
        var late = new LateClock();
        var election = new LeaderElection(client, new LeaseOptions(_namespace, "late", "a"), late, () => 0);
        using var stop = new CancellationTokenSource();
        var running = election.RunAsync(ct => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct), stop.Token);
        await WaitAsync(() => Task.FromResult(election.IsLeader), () => { });

        late.Ahead = TimeSpan.FromSeconds(11);

        Assert.False(election.IsLeader);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Who_is_deposed_stops_at_its_next_renewal()
    {
        var a = Start("a");
        await UntilAsync(() => a.Leads, a);
        var lease = (await server.Client.GetAsync(Leases, _namespace, "runai-dr", default))!;
        lease["spec"]!["holderIdentity"] = "usurper";
        Assert.NotNull(await server.Client.ReplaceAsync(Leases, lease, default));

        await UntilAsync(() => !a.Leads, a);

        Assert.Equal("usurper", (string?)(await SpecAsync())["holderIdentity"]);
    }

    [Fact]
    public async Task Wall_clocks_that_jump_or_disagree_change_nothing()
    {
        var a = Start("a", new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await UntilAsync(() => a.Leads, a);
        var b = Start("b", new DateTimeOffset(2051, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await UntilAsync(() => b.Election.Leader == "a", b);

        for (var i = 0; i < 20; i++)
        {
            a.Clock.Jump = TimeSpan.FromDays(i % 2 == 0 ? 1 : -1);
            var before = (string?)(await SpecAsync())["renewTime"];
            await UntilAsync(async () => (string?)(await SpecAsync())["renewTime"] != before, a);
            b.Clock.Advance(TimeSpan.FromSeconds(2));
            await PauseAsync();
        }

        Assert.True(a.Leads);
        Assert.Equal(0, b.Terms);
    }

    [Fact]
    public async Task A_lease_that_is_deleted_is_made_again()
    {
        var a = Start("a");
        await UntilAsync(() => a.Leads, a);

        await server.Client.DeleteAsync(Leases, _namespace, "runai-dr", default);
        await UntilAsync(async () => await server.Client.GetAsync(Leases, _namespace, "runai-dr", default) is not null, a);

        Assert.Equal(1, a.Terms);
    }

    [Fact]
    public async Task The_lease_is_kept_until_the_work_has_ended()
    {
        var ending = new TaskCompletionSource();
        var a = Start("a", work: async ct =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct).ContinueWith(_ => { }, TaskScheduler.Default);
            await ending.Task;
        });
        await UntilAsync(() => a.Leads, a);

        var stopping = a.StopAsync();
        var before = (string?)(await SpecAsync())["renewTime"];
        await UntilAsync(async () => (string?)(await SpecAsync())["renewTime"] != before, a);
        Assert.Equal("a", (string?)(await SpecAsync())["holderIdentity"]);
        ending.SetResult();
        await stopping;

        Assert.Equal("", (string?)(await SpecAsync())["holderIdentity"]);
    }

    [Fact]
    public async Task Work_that_ends_by_itself_ends_the_election_and_gives_the_lease_up()
    {
        var a = Start("a", work: _ => Task.CompletedTask);

        await a.Running.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal("", (string?)(await SpecAsync())["holderIdentity"]);
    }

    [Fact]
    public async Task Work_that_fails_gives_the_lease_up_and_passes_its_failure_on()
    {
        var a = Start("a", work: _ => throw new NotSupportedException());

        await Assert.ThrowsAsync<NotSupportedException>(() => a.Running);

        Assert.Equal("", (string?)(await SpecAsync())["holderIdentity"]);
    }

    [Fact]
    public async Task A_missing_right_is_named()
    {
        await using var refusing = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.Method == "GET" ? 404 : 403;
            return Task.CompletedTask;
        });
        using var client = new ClusterClient(refusing.Connection, TimeProvider.System);
        var election = new LeaderElection(client, new LeaseOptions("runai", "runai-dr", "a"), TimeProvider.System, () => 0);

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => election.RunAsync(_ => Task.CompletedTask, default));

        Assert.Equal(Fault.ClusterRefused, failure.Fault);
        Assert.Contains("""apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create"]""", failure.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10, 10, 2)]
    [InlineData(15, 3, 2)]
    [InlineData(0, 10, 2)]
    public void Durations_that_do_not_fit_are_refused(int lease, int deadline, int retry)
    {
        var options = new LeaseOptions("ns", "l", "a")
        {
            LeaseDuration = TimeSpan.FromSeconds(lease),
            RenewDeadline = TimeSpan.FromSeconds(deadline),
            RetryPeriod = TimeSpan.FromSeconds(retry),
        };
        var failure = Assert.Throws<RunAiDrException>(() => new LeaderElection(server.Client, options, TimeProvider.System, () => 0));

        Assert.Equal(Fault.Configuration, failure.Fault);
    }

    private Replica Start(string identity, DateTimeOffset? now = null, Func<CancellationToken, Task>? work = null)
    {
        var replica = new Replica(server.Connection, new LeaseOptions(_namespace, "runai-dr", identity), now, work);
        _replicas.Add(replica);
        return replica;
    }

    private async Task<JsonObject> SpecAsync() =>
        (JsonObject)(await server.Client.GetAsync(Leases, _namespace, "runai-dr", default))!["spec"]!;

    private Task UntilAsync(Func<bool> condition, params Replica[] moving) => UntilAsync(() => Task.FromResult(condition()), moving);

    /// <summary>Moves clocks, slowly enough for requests to be answered in between, until something has come about.</summary>
    private Task UntilAsync(Func<Task<bool>> condition, params Replica[] moving) => WaitAsync(condition, () =>
    {
        foreach (var replica in moving)
        {
            replica.Clock.Advance(TimeSpan.FromSeconds(0.5));
        }
    });

    /// <summary>Long enough for a request to be answered, however busy the machine is.</summary>
    private async Task PauseAsync()
    {
        await Task.Delay(TimeSpan.FromMilliseconds(30), TimeProvider.System);
        await server.Client.GetAsync(Kinds.Namespace, null, _namespace, default);
    }

    private async Task WaitAsync(Func<Task<bool>> condition, Action step)
    {
        for (var i = 0; !await condition(); i++)
        {
            Assert.True(i < 600, "it did not come about");
            await PauseAsync();
            step();
        }
    }

    /// <summary>One competitor with a clock and a network of its own.</summary>
    private sealed class Replica : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly ClusterClient _client;
        private int _terms;

        public Replica(ClusterConnection connection, LeaseOptions options, DateTimeOffset? now, Func<CancellationToken, Task>? work)
        {
            Clock = new JumpingClock(now ?? TimeProvider.System.GetUtcNow());
            Network = new FaultyNetwork(connection.Credentials);
            _client = new ClusterClient(connection with { Credentials = Network }, TimeProvider.System);
            Election = new LeaderElection(_client, options, Clock, () => 0);
            Running = Election.RunAsync(
                async ct =>
                {
                    Interlocked.Increment(ref _terms);
                    Leads = true;
                    try
                    {
                        await (work?.Invoke(ct) ?? Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct));
                    }
                    finally
                    {
                        Leads = false;
                    }
                },
                _stop.Token);
        }

        public JumpingClock Clock { get; }

        public FaultyNetwork Network { get; }

        public LeaderElection Election { get; }

        public Task Running { get; }

        public bool Leads { get; private set; }

        public int Terms => Volatile.Read(ref _terms);

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await Task.WhenAny(Running);
        }

        public async ValueTask DisposeAsync()
        {
            Network.Down = true;
            await StopAsync().WaitAsync(TimeSpan.FromSeconds(30));
            _client.Dispose();
            _stop.Dispose();
        }
    }

    /// <summary>Credentials that cannot be had while the network is down, or while the server refuses them.</summary>
    private sealed class FaultyNetwork(CredentialSource credentials) : CredentialSource
    {
        public bool Down { get; set; }

        public bool Refuses { get; set; }

        public override ValueTask<Credential> GetAsync(bool refused, CancellationToken ct) =>
            Down ? throw new RunAiDrException(Fault.ClusterUnreachable, "down", "wait")
            : Refuses ? throw new RunAiDrException(Fault.ClusterRefused, "refused", "grant it")
            : credentials.GetAsync(refused, ct);
    }

    /// <summary>A clock whose wall time is wrong.</summary>
    private sealed class JumpingClock(DateTimeOffset start) : FakeTimeProvider(start)
    {
        public TimeSpan Jump { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Jump;
    }

    private sealed class LateClock : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override long GetTimestamp() => base.GetTimestamp() + (long)(Ahead.TotalSeconds * TimestampFrequency);
    }
}
