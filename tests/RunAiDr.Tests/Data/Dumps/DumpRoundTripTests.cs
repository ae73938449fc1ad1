using System.Globalization;
using Npgsql;
using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Dumps;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Data.Dumps;

public sealed class DumpRoundTripTests : DumpScene
{
    private const int Writers = 4;
    private const int Small = 20_000;

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_dump_of_a_database_that_is_written_to_restores_what_its_fingerprint_says(bool bucket, bool encrypted)
    {
        await using var source = await PostgresServer.StartAsync();

        // One large dump is enough: it takes several parts of a bucket.
        await RunAiSchema.CreateAsync(source, bucket && encrypted ? RunAiSchema.Large : Small);
        await using var storage = bucket ? await S3Server.StartAsync() : null;
        var keys = encrypted ? await KeysAsync() : (null, null);
        using var provider = Provider(source, new DumpOptions
        {
            Directory = storage is null ? Dumps : null,
            S3 = storage is null ? null : Bucket(storage),
            RecipientsFile = keys.Recipients,
        });

        var reference = await WhileWritingAsync(source, () => TakeAsync(provider));

        Assert.Null(await provider.VerifyAsync(reference, new Steps(), CancellationToken.None));
        Assert.Equal(encrypted ? 1 : 0, reference.Dump!.Recipients.Count);
        await using var target = await PostgresServer.StartAsync();
        var restore = new DumpRestore(target, Folder.Path, keys.Identity);
        await restore.RunAsync(provider, reference);
        await AssertSameAsync(restore, reference);
        await AssertRolesAsync(target, canLogIn: encrypted);
    }

    [Fact]
    public async Task Names_of_databases_that_look_like_paths_or_connection_strings_are_only_names()
    {
        string[] names = ["../a b", "host=nowhere 'x' \\", "postgresql://nowhere/db", "größe"];
        await using var source = await PostgresServer.StartAsync();
        foreach (var name in names)
        {
            await source.ExecuteAsync("postgres", $"CREATE DATABASE \"{name}\"");
            await source.ExecuteAsync(name, "CREATE TABLE t (id int); INSERT INTO t SELECT generate_series(1, 7)");
        }

        using var provider = Provider(source.Options(names));
        var reference = await TakeAsync(provider);

        Assert.Contains(reference.Warnings, warning => warning.StartsWith("Each database is as of one moment", StringComparison.Ordinal));
        await using var target = await PostgresServer.StartAsync();
        var restore = new DumpRestore(target, Folder.Path, identity: null);
        await restore.RunAsync(provider, reference);
        await AssertSameAsync(restore, reference);
    }

    private static async Task AssertSameAsync(DumpRestore restore, SnapshotReference reference)
    {
        var saved = reference.Fingerprint!.Databases;
        var restored = (await restore.FingerprintAsync([.. saved.Select(database => database.Name)])).Databases;
        Assert.Equal(saved.Count, restored.Count);
        foreach (var (before, after) in saved.Zip(restored))
        {
            Assert.Equal(before.Name, after.Name);
            Assert.NotEmpty(before.Tables);
            Assert.Equal(before.Tables, after.Tables);
            Assert.Equal(before.Extensions, after.Extensions);
            Assert.Equal(before.Schemas, after.Schemas);
            Assert.Equal(before.Owner, after.Owner);
        }
    }

    // Verifiers of passwords are in encrypted dumps only.
    private static async Task AssertRolesAsync(PostgresServer target, bool canLogIn)
    {
        var login = new NpgsqlConnectionStringBuilder(target.ConnectionString(RunAiSchema.Database))
        {
            Username = "grafana",
            Password = RunAiSchema.Password,
        };
        await using var connection = new NpgsqlConnection(login.ConnectionString);
        if (canLogIn)
        {
            await connection.OpenAsync();
            return;
        }

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync());
        Assert.Equal(PostgresErrorCodes.InvalidPassword, refusal.SqlState);
    }

    private static async Task<T> WhileWritingAsync<T>(PostgresServer server, Func<Task<T>> work)
    {
        using var stop = new CancellationTokenSource();
        var written = new int[Writers];
        var writers = Enumerable.Range(0, Writers).Select(number => WriteAsync(server, number, written, stop.Token)).ToList();
        var before = written.Sum();
        var result = await work();
        Assert.True(written.Sum() > before, "nothing was written meanwhile");
        await stop.CancelAsync();
        await Task.WhenAll(writers);
        return result;
    }

    private static async Task WriteAsync(PostgresServer server, int number, int[] written, CancellationToken stop)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString(RunAiSchema.Database));
        await connection.OpenAsync(CancellationToken.None);
        while (!stop.IsCancellationRequested)
        {
            await using var command = new NpgsqlCommand(string.Create(CultureInfo.InvariantCulture, $"""
                INSERT INTO jobs (project_id, name, state, spec, created_at) SELECT 1, 'new-{number}', 'Pending', jsonb_build_object(), now() FROM generate_series(1, 3);
                DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE id % {Writers} = {number} ORDER BY id LIMIT 1);
                INSERT INTO "Job Events" (job_id, note) VALUES ({number}, 'written meanwhile')
                """), connection);
            await command.ExecuteNonQueryAsync(CancellationToken.None);
            written[number]++;
        }
    }
}
