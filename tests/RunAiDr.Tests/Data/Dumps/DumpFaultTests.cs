using System.Diagnostics;
using System.Globalization;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Dumps;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Data.Dumps;

public sealed class DumpFaultTests(DumpServer server) : DumpScene, IClassFixture<DumpServer>
{
    private const int FirstBytes = 300_000;

    [Fact]
    public async Task Metrics_are_no_matter_of_pg_dump()
    {
        using var provider = Provider(server.Postgres);

        var outcome = Assert.Single(await provider.TakeAsync(
            new SnapshotRequest(Cluster, "weekly-1", [SnapshotComponent.Metrics]), new Steps(), CancellationToken.None));

        Assert.Contains("another provider", outcome.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_told_without_it()
    {
        var options = server.Postgres.Options(RunAiSchema.Database) with { Password = () => new SecretText("canary-wrong-password") };
        using var provider = Provider(options);

        var failure = await FailureAsync(provider);

        Assert.Contains("password", failure, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_standby_is_refused()
    {
        await using var standby = await PostgresServer.StartAsync(
            prepare: data => File.WriteAllText(Path.Combine(data, "standby.signal"), ""));
        using var provider = Provider(standby.Options("postgres"));

        var failure = await FailureAsync(provider);

        Assert.Contains("standby", failure, StringComparison.Ordinal);
        Assert.Contains("primary", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_is_dropped_meanwhile_fails_the_dump_with_the_words_of_pg_dump()
    {
        var postgres = server.Postgres;
        await postgres.ExecuteAsync(RunAiSchema.Database, "CREATE TABLE short_lived AS SELECT generate_series(1, 10) AS id");
        using var provider = Provider(postgres);
        var steps = new Steps
        {
            At = step =>
            {
                if (step is { Step: "roles: dumping", Done: null })
                {
                    postgres.ExecuteAsync(RunAiSchema.Database, "DROP TABLE short_lived").GetAwaiter().GetResult();
                }
            },
        };

        var failure = await FailureAsync(provider, steps);

        Assert.StartsWith("Database backend cannot be dumped. pg_dump ended with exit code 1: ", failure, StringComparison.Ordinal);
        Assert.Contains("short_lived", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_is_cut_in_the_middle_fails_the_dump()
    {
        await using var front = new TcpFront(new Uri($"http://127.0.0.1:{server.Postgres.Port}")) { CutAfter = FirstBytes };
        using var provider = Provider(server.Postgres.Options(RunAiSchema.Database) with { Port = front.Port });
        var steps = new Steps();

        var failure = await FailureAsync(provider, steps);

        Assert.Contains(steps.Told, step => step.Step == "backend: dumping");
        Assert.StartsWith("Database backend cannot be dumped. pg_dump ended with exit code 1: ", failure, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_full_disk_is_told_and_left_empty(bool encrypted)
    {
        var keys = encrypted ? await KeysAsync() : (null, null);
        Directory.CreateDirectory(Dumps);
        Skip.IfNot(
            (await RunAsync("mount", "-t", "tmpfs", "-o", "size=300k", "none", Dumps)).Code == 0, "A small disk needs the right to mount a tmpfs.");
        try
        {
            using var provider = Provider(server.Postgres, new DumpOptions { Directory = Dumps, RecipientsFile = keys.Recipients });

            var failure = await FailureAsync(provider);

            Assert.Contains("disk of", failure, StringComparison.Ordinal);
            Assert.Contains("is full", failure, StringComparison.Ordinal);
        }
        finally
        {
            (await RunAsync("umount", "-l", Dumps)).Expect(0);
        }
    }

    [Fact]
    public async Task Cancelling_ends_the_programs_and_leaves_nothing()
    {
        await using var front = new TcpFront(new Uri($"http://127.0.0.1:{server.Postgres.Port}"));
        var keys = await KeysAsync();
        using var provider = Provider(
            server.Postgres.Options(RunAiSchema.Database) with { Port = front.Port }, new DumpOptions { Directory = Dumps, RecipientsFile = keys.Recipients });
        using var stop = new CancellationTokenSource();
        var steps = new Steps { At = step => front.IsStalled |= step.Step == "backend: dumping" };

        var taking = provider.TakeAsync(Request(), steps, stop.Token);
        await Wait.UntilAsync(() => OfPrograms(front.Port).Count > 0);
        var programs = OfPrograms(front.Port);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => taking);
        Assert.All(programs, id => Assert.False(Directory.Exists($"/proc/{id}")));
        Assert.Empty(await provider.ListAsync(Cluster, CancellationToken.None));
        Assert.Empty(Directory.EnumerateFiles(Dumps, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_wire_that_stands_still_is_given_up(bool encrypted)
    {
        await using var front = new TcpFront(new Uri($"http://127.0.0.1:{server.Postgres.Port}"));
        var keys = encrypted ? await KeysAsync() : (null, null);
        using var provider = Provider(
            server.Postgres.Options(RunAiSchema.Database) with { Port = front.Port },
            new DumpOptions { Directory = Dumps, RecipientsFile = keys.Recipients, LongestIdle = TimeSpan.FromSeconds(2) });
        var steps = new Steps { At = step => front.IsStalled |= step.Step == "backend: dumping" };

        var failure = await FailureAsync(provider, steps);

        Assert.StartsWith(encrypted ? "backend.dump.age: no byte moved for 2 seconds." : "backend.dump: no byte moved for 2 seconds.", failure, StringComparison.Ordinal);
        Assert.Empty(OfPrograms(front.Port));
    }

    [Fact]
    public async Task A_checkpoint_that_is_dumped_already_is_not_dumped_over()
    {
        using var provider = Provider(server.Postgres);
        var reference = await TakeAsync(provider);

        var outcome = Assert.Single(await provider.TakeAsync(Request(), new Steps(), CancellationToken.None));

        Assert.Contains("is there already", outcome.Failure, StringComparison.Ordinal);
        Assert.Null(await provider.VerifyAsync(reference, new Steps(), CancellationToken.None));
    }

    [Theory]
    [InlineData("../weekly")]
    [InlineData(".hidden")]
    [InlineData("weekly.partial")]
    [InlineData("")]
    public async Task A_checkpoint_that_is_no_name_of_a_folder_is_refused(string checkpoint)
    {
        using var provider = Provider(server.Postgres);

        var outcome = Assert.Single(await provider.TakeAsync(Request(checkpoint), new Steps(), CancellationToken.None));

        Assert.Contains("cannot be the name of a folder", outcome.Failure, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Dumps));
    }

    [Fact]
    public async Task Bytes_are_told_at_most_once_a_second()
    {
        using var provider = Provider(server.Postgres);
        var steps = new Steps();
        var started = Stopwatch.GetTimestamp();

        await TakeAsync(provider, steps);

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Assert.InRange(steps.Told.Count(step => step.Done is not null), 0, seconds);
        Assert.Equal(
            ["preparing", "counting rows", "roles: dumping", "roles: reading back", "backend: dumping", "backend: reading back"],
            steps.Told.Where(step => step.Done is null).Select(step => step.Step));
        Assert.True(steps.Told.Single(step => step is { Step: "backend: dumping", Done: null }).Total > 0);
    }

    // Programs that connect through a port of this test only.
    private static List<int> OfPrograms(int port) =>
    [
        .. Process.GetProcessesByName("pg_dump").Select(process => process.Id).Where(id => Environ(id).Contains(
            string.Create(CultureInfo.InvariantCulture, $"PGPORT={port}\0"), StringComparison.Ordinal)),
    ];

    private static string Environ(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/environ");
        }
        catch (IOException)
        {
            return ""; // it has just ended
        }
    }
}
