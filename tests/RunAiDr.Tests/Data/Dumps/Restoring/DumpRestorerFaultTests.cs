using RunAiDr.Core;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Dumps;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Data.Dumps.Restoring;

/// <summary>Whatever fails, what was there before is there again, and a repeat succeeds.</summary>
public sealed class DumpRestorerFaultTests(DumpServer server) : RestoreScene, IClassFixture<DumpServer>
{
    [Fact]
    public async Task A_byte_that_has_changed_is_found_before_anything_is_changed()
    {
        var (target, dump) = await SceneAsync();
        await using var own = target;
        var file = Path.Combine(dump.Location, "backend.dump");
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[^1000] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);
        var steps = new Steps();

        var outcome = await RestoreAsync(target, dump, clean: true, steps: steps);

        Assert.Equal(ApplyAction.Failed, outcome.Action);
        Assert.Contains("SHA-256 differs; nothing was changed", outcome.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(steps.Told, step => step.Step.EndsWith("restoring", StringComparison.Ordinal));
        await AssertAsBeforeAsync(target);
    }

    [Fact]
    public async Task A_dump_that_is_cut_is_found_by_the_plan_and_by_the_restore()
    {
        var (target, dump) = await SceneAsync();
        await using var own = target;
        await using (var file = File.OpenWrite(Path.Combine(dump.Location, "backend.dump")))
        {
            file.SetLength(file.Length / 2);
        }

        using var restorer = Restorer(target.Options());
        var plan = await restorer.PlanAsync(dump, CancellationToken.None);
        var outcome = await RestoreAsync(target, dump, clean: true);

        var check = plan.Checks.First(check => check.Subject == "dump");
        Assert.Equal(CheckResult.Blocked, check.Result);
        Assert.Contains("instead of", check.Finding, StringComparison.Ordinal);
        Assert.Equal(ApplyAction.Failed, outcome.Action);
        await AssertAsBeforeAsync(target);
    }

    [Fact]
    public async Task An_archive_that_is_damaged_although_its_digest_is_right_costs_nothing()
    {
        var (target, dump) = await SceneAsync();
        await using var own = target;
        var path = Path.Combine(dump.Location, "backend.dump");
        var bytes = await File.ReadAllBytesAsync(path);
        bytes.AsSpan(bytes.Length / 2, 5000).Clear();
        await File.WriteAllBytesAsync(path, bytes);
        var digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));
        var files = dump.Dump!.Files.Select(file => file.Database is null ? file : file with { Sha256 = digest });

        var outcome = await RestoreAsync(target, dump with { Dump = dump.Dump with { Files = [.. files] } }, clean: true);

        Assert.Equal(ApplyAction.Failed, outcome.Action);
        Assert.StartsWith("backend: pg_restore ended with exit code 1: pg_restore: error: ", outcome.Reason, StringComparison.Ordinal);
        await AssertAsBeforeAsync(target);
    }

    [Fact]
    public async Task What_is_restored_and_not_what_was_saved_does_not_take_the_place()
    {
        var (target, dump) = await SceneAsync();
        await using var own = target;
        var saved = dump.Fingerprint!;
        var other = saved.Databases[0] with { Tables = [.. saved.Databases[0].Tables.Append(new TableContent("public", "lost", 3))] };

        var outcome = await RestoreAsync(target, dump with { Fingerprint = saved with { Databases = [other] } }, clean: true);

        Assert.Equal(ApplyAction.Failed, outcome.Action);
        Assert.Contains("backend.public.lost", outcome.Reason, StringComparison.Ordinal);
        await AssertAsBeforeAsync(target);
    }

    [Fact]
    public async Task A_wrong_or_missing_key_is_found_by_the_plan_from_the_first_bytes()
    {
        var keys = await KeysAsync();
        var options = new DumpOptions { Directory = Dumps, RecipientsFile = keys.Recipients };
        using var provider = Provider(server.Postgres, options);
        var dump = await TakeAsync(provider);
        var wrong = Folder.File("another");
        (await RunAsync("age-keygen", "-o", wrong)).Expect(0);

        foreach (var (file, expected) in new[] { (wrong, "does not open globals.sql.age"), (null, "no file with a private key"), (Folder.File("absent"), "cannot be read") })
        {
            using var restorer = Restorer(server.Postgres.Options(), options with { IdentityFile = file });
            var plan = await restorer.PlanAsync(dump, CancellationToken.None);
            var outcome = await restorer.RestoreAsync(dump, new(Clean: true), new Steps(), CancellationToken.None);

            var check = plan.Checks.Single(check => check.Subject == "decryption key");
            Assert.Equal(CheckResult.Blocked, check.Result);
            Assert.Contains(expected, check.Finding, StringComparison.Ordinal);
            Assert.DoesNotContain("AGE-SECRET-KEY", string.Join('\n', plan.Checks), StringComparison.Ordinal);
            Assert.Equal(ApplyAction.Failed, outcome.Action);
        }
    }

    [Theory]
    [InlineData("backend: creating")]
    [InlineData("backend: restoring")]
    [InlineData("backend: comparing")]
    [InlineData("backend: putting in place")]
    public async Task A_run_that_is_cancelled_changes_nothing_and_a_repeat_finishes(string step)
    {
        var (target, dump) = await SceneAsync();
        await using var own = target;
        using var stop = new CancellationTokenSource();
        var steps = new Steps { At = told => _ = told.Step == step ? stop.CancelAsync() : null };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RestoreAsync(target.Options(), dump, clean: true, steps: steps, ct: stop.Token));

        await AssertAsBeforeAsync(target);
        await AssertRepeatAsync(target, dump);
    }

    [Theory]
    [InlineData("backend: restoring")]
    [InlineData("backend: comparing")]
    [InlineData("backend: putting in place")]
    public async Task A_connection_that_is_cut_changes_nothing_and_a_repeat_finishes(string step)
    {
        var (target, dump) = await SceneAsync();
        await using var own = target;
        await using var front = new TcpFront(new Uri($"http://127.0.0.1:{target.Port}"));
        var steps = new Steps
        {
            At = told =>
            {
                if (told.Step == step)
                {
                    front.IsUnplugged = true;
                    front.Cut();
                }
            },
        };

        var failed = await Record.ExceptionAsync(async () =>
        {
            var outcome = await RestoreAsync(target.Options() with { Port = front.Port }, dump, clean: true, steps: steps);
            Assert.Equal(ApplyAction.Failed, outcome.Action);
        });

        Assert.True(failed is null or RunAiDrException, failed?.ToString());
        Assert.Equal(5, await MigrationsAsync(target));
        await AssertRepeatAsync(target, dump);
    }

    [Fact]
    public async Task One_database_that_fails_does_not_keep_the_other_from_its_place()
    {
        await server.Postgres.ExecuteAsync("postgres", "CREATE DATABASE keycloak");
        await server.Postgres.ExecuteAsync("keycloak", "CREATE TABLE realm AS SELECT 1 AS id");
        using var provider = Provider(server.Postgres.Options(RunAiSchema.Database, "keycloak"));
        var dump = await TakeAsync(provider);
        await server.Postgres.ExecuteAsync("postgres", "DROP DATABASE keycloak");
        await using var target = await PostgresServer.StartAsync();
        await InstallServicesAsync(target);
        await target.ExecuteAsync("postgres", "CREATE DATABASE keycloak");
        var saved = dump.Fingerprint!;
        var lost = saved.Databases[0] with { Schemas = [.. saved.Databases[0].Schemas, "lost"] };

        var outcome = await RestoreAsync(target, dump with { Fingerprint = saved with { Databases = [lost, saved.Databases[1]] } }, clean: true);

        Assert.Equal(ApplyAction.Failed, outcome.Action);
        Assert.Contains("backend.lost", outcome.Reason, StringComparison.Ordinal);
        Assert.EndsWith("; keycloak: replaced, equal to what was saved", outcome.Reason, StringComparison.Ordinal);
        Assert.Equal(5, await MigrationsAsync(target));
        Assert.Equal(["backend", "keycloak", "postgres"], await DatabasesAsync(target));
    }

    [Fact]
    public async Task An_older_server_than_the_saved_one_is_named_before_anything_is_changed()
    {
        var (target, dump) = await SceneAsync();
        await using var own = target;

        var outcome = await RestoreAsync(target, dump with { Fingerprint = dump.Fingerprint! with { ServerVersion = "16.4" } }, clean: true);

        Assert.Equal(ApplyAction.Failed, outcome.Action);
        Assert.Contains("is version 15, older than the saved 16.4", outcome.Reason, StringComparison.Ordinal);
        await AssertAsBeforeAsync(target);
    }

    [Fact]
    public async Task Programs_older_than_those_of_the_dump_are_named_by_the_plan()
    {
        using var provider = Provider(server.Postgres);
        var dump = await TakeAsync(provider);
        using var restorer = Restorer(server.Postgres.Options());

        var plan = await restorer.PlanAsync(dump with { Dump = dump.Dump! with { ClientVersion = "17.2" } }, CancellationToken.None);

        var check = plan.Checks.Single(check => check.Subject == "pg_restore");
        Assert.Equal(CheckResult.Blocked, check.Result);
        Assert.Contains("postgresql-client-17", check.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_that_may_not_make_databases_is_told_so_before_anything_is_changed()
    {
        var (target, dump) = await SceneAsync();
        await using var own = target;
        await target.ExecuteAsync("postgres", "CREATE ROLE weak LOGIN PASSWORD 'canary-weak'; GRANT runai TO weak; GRANT pg_read_all_data TO weak");

        var outcome = await RestoreAsync(target.Options() with { User = "weak", Password = () => new("canary-weak") }, dump, clean: true);

        Assert.Equal(ApplyAction.Failed, outcome.Action);
        Assert.StartsWith("weak may not make databases on PostgreSQL 127.0.0.1:", outcome.Reason, StringComparison.Ordinal);
        await AssertAsBeforeAsync(target);
    }

    [Fact]
    public async Task A_database_of_somebody_else_is_told_before_anything_is_changed()
    {
        var (target, dump) = await SceneAsync();
        await using var own = target;
        await target.ExecuteAsync("postgres", "CREATE ROLE maker CREATEDB LOGIN PASSWORD 'canary-maker'; GRANT pg_read_all_data TO maker");

        var outcome = await RestoreAsync(target.Options() with { User = "maker", Password = () => new("canary-maker") }, dump, clean: true);

        Assert.Equal(ApplyAction.Failed, outcome.Action);
        Assert.Contains("may not replace database backend", outcome.Reason, StringComparison.Ordinal);
        await AssertAsBeforeAsync(target);
    }

    [Fact]
    public async Task A_role_that_may_not_make_the_roles_that_are_missing_is_told_so_before_anything_is_changed()
    {
        var (target, dump) = await SceneAsync();
        await using var own = target;
        await target.ExecuteAsync("postgres", "CREATE ROLE maker CREATEDB LOGIN PASSWORD 'canary-maker'; GRANT runai TO maker; GRANT pg_read_all_data TO maker");

        var outcome = await RestoreAsync(target.Options() with { User = "maker", Password = () => new("canary-maker") }, dump, clean: true);

        Assert.Equal(ApplyAction.Failed, outcome.Action);
        Assert.StartsWith("maker may not make roles on PostgreSQL 127.0.0.1:", outcome.Reason, StringComparison.Ordinal);
        Assert.Contains("grafana", outcome.Reason, StringComparison.Ordinal);
        await AssertAsBeforeAsync(target);
        Assert.Equal(false, await target.ScalarAsync("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = 'grafana')"));
    }

    [Fact]
    public async Task An_administrator_who_is_no_superuser_restores_what_he_may_and_is_told_the_rest_by_name()
    {
        await using var source = await PostgresServer.StartAsync();
        await source.ExecuteAsync("postgres", "CREATE ROLE owner LOGIN PASSWORD 'canary-owner'; CREATE ROLE replica REPLICATION LOGIN; GRANT owner TO replica");
        await source.ExecuteAsync("postgres", "CREATE DATABASE backend OWNER owner");
        await source.ExecuteAsync("backend", "SET ROLE owner; CREATE TABLE t AS SELECT generate_series(1, 9) AS id; RESET ROLE");
        var keys = await KeysAsync();
        var options = new DumpOptions { Directory = Dumps, RecipientsFile = keys.Recipients, IdentityFile = keys.Identity };
        using var provider = Provider(source, options);
        var dump = await TakeAsync(provider);
        await using var target = await PostgresServer.StartAsync();
        await target.ExecuteAsync("postgres", "CREATE ROLE owner; CREATE ROLE admin CREATEDB CREATEROLE LOGIN PASSWORD 'canary-admin'; GRANT owner TO admin");

        var outcome = await RestoreAsync(
            target.Options() with { User = "admin", Password = () => new("canary-admin") }, dump, options: options);

        Assert.Equal(ApplyAction.Failed, outcome.Action);
        Assert.Equal("not as saved: role replica; backend: restored, equal to what was saved", outcome.Reason);
        Assert.Contains(outcome.Details, detail => detail.StartsWith("ALTER ROLE replica: ", StringComparison.Ordinal));
        Assert.Contains(outcome.Details, detail => detail.StartsWith("role replica: login, member of owner saved, ", StringComparison.Ordinal));
        Assert.StartsWith("Make these roles as they were saved", outcome.Details[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("SCRAM", string.Join('\n', outcome.Details), StringComparison.Ordinal);
        await LoginAsync(target, "owner", "canary-owner");
    }

    [Fact]
    public async Task A_prepared_transaction_that_keeps_the_database_busy_is_told_and_the_old_one_stays()
    {
        using var provider = Provider(server.Postgres);
        var dump = await TakeAsync(provider);
        await using var target = await PostgresServer.StartAsync(new Dictionary<string, string> { ["max_prepared_transactions"] = "2" });
        await InstallServicesAsync(target);
        await target.ExecuteAsync(RunAiSchema.Database, "BEGIN; INSERT INTO migrations VALUES (6); PREPARE TRANSACTION 'kept'");

        var outcome = await RestoreAsync(target, dump, clean: true);

        Assert.Equal(ApplyAction.Failed, outcome.Action);
        Assert.Contains("prepared transaction", outcome.Reason, StringComparison.Ordinal);
        await AssertAsBeforeAsync(target);
    }

    [Fact]
    public async Task Two_restores_at_once_do_not_disturb_each_other()
    {
        var (target, dump) = await SceneAsync();
        await using var own = target;

        var outcomes = await Task.WhenAll(RestoreAsync(target, dump, clean: true), RestoreAsync(target, dump, clean: true));

        Assert.Contains(outcomes, outcome => outcome.Action == ApplyAction.Configured);
        await AssertRestoredAsync(target, dump);
        Assert.Equal(["backend", "postgres"], await DatabasesAsync(target));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told()
    {
        using var provider = Provider(server.Postgres);
        var dump = await TakeAsync(provider);

        var fault = await Assert.ThrowsAsync<RunAiDrException>(() => RestoreAsync(server.Postgres.Options() with { Port = 1 }, dump));

        Assert.Contains("cannot be reached", fault.Message, StringComparison.Ordinal);
    }

    private async Task<(PostgresServer Target, SnapshotReference Dump)> SceneAsync()
    {
        using var provider = Provider(server.Postgres);
        var dump = await TakeAsync(provider);
        var target = await PostgresServer.StartAsync();
        await InstallServicesAsync(target);
        return (target, dump);
    }

    private static async Task AssertAsBeforeAsync(PostgresServer target)
    {
        Assert.Equal(5, await MigrationsAsync(target));
        Assert.Equal(["backend", "postgres"], await DatabasesAsync(target));
    }

    private async Task AssertRepeatAsync(PostgresServer target, SnapshotReference dump)
    {
        var outcome = await RestoreAsync(target, dump, clean: true);
        Assert.True(outcome.Action is ApplyAction.Configured or ApplyAction.Unchanged, outcome.Reason);
        await AssertRestoredAsync(target, dump);
        Assert.Equal(["backend", "postgres"], await DatabasesAsync(target));
    }
}
