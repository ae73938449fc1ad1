using RunAiDr.Core.Rehydration;
using RunAiDr.Data.Dumps;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Data.Dumps.Restoring;

public sealed class DumpRestorerTests(DumpServer server) : RestoreScene, IClassFixture<DumpServer>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_empty_server_gets_databases_roles_and_passwords_as_they_were(bool bucket)
    {
        await using var storage = bucket ? await S3Server.StartAsync() : null;
        var keys = await KeysAsync();
        var options = new DumpOptions
        {
            Directory = storage is null ? Dumps : null,
            S3 = storage is null ? null : Bucket(storage),
            RecipientsFile = keys.Recipients,
            IdentityFile = keys.Identity,
        };
        using var provider = Provider(server.Postgres, options);
        var dump = await TakeAsync(provider);
        await using var target = await PostgresServer.StartAsync();
        var steps = new Steps();

        var outcome = await RestoreAsync(target, dump, options: options, steps: steps);

        Assert.Equal("backend: restored, equal to what was saved", outcome.Reason);
        Assert.Equal(ApplyAction.Created, outcome.Action);
        Assert.Empty(outcome.Details);
        await AssertRestoredAsync(target, dump);
        await LoginAsync(target, "grafana", RunAiSchema.Password);
        await LoginAsync(target, "postgres", PostgresServer.Password);
        Assert.Equal("search_path=grafana", await target.ScalarAsync("SELECT rolconfig[1] FROM pg_roles WHERE rolname = 'grafana'"));
        Assert.Equal(["backend", "postgres"], await DatabasesAsync(target));
        Assert.Contains(steps.Told, step => step.Step == "backend: restoring" && step.Total == dump.Dump!.Files[1].Bytes);
    }

    [Fact]
    public async Task A_second_restore_changes_nothing()
    {
        using var provider = Provider(server.Postgres);
        var dump = await TakeAsync(provider);
        await using var target = await PostgresServer.StartAsync();
        await RestoreAsync(target, dump);
        var id = await target.ScalarAsync("SELECT oid FROM pg_database WHERE datname = 'backend'");

        var outcome = await RestoreAsync(target, dump, clean: true);

        Assert.Equal(ApplyAction.Unchanged, outcome.Action);
        Assert.Equal("backend: holds what was saved already", outcome.Reason);
        Assert.Equal(id, await target.ScalarAsync("SELECT oid FROM pg_database WHERE datname = 'backend'"));
    }

    [Fact]
    public async Task A_database_of_others_is_a_conflict_until_the_operator_says_otherwise()
    {
        using var provider = Provider(server.Postgres);
        var dump = await TakeAsync(provider);
        await using var target = await PostgresServer.StartAsync();
        await InstallServicesAsync(target);

        var conflict = await RestoreAsync(target, dump);

        Assert.Equal(ApplyAction.Conflict, conflict.Action);
        Assert.StartsWith("backend: database backend is not empty and differs: ", conflict.Reason, StringComparison.Ordinal);
        Assert.EndsWith("; --clean-database replaces it", conflict.Reason, StringComparison.Ordinal);
        Assert.Equal(5, await MigrationsAsync(target));
        await LoginAsync(target, "runai", "another");

        var replaced = await RestoreAsync(target, dump, clean: true);

        Assert.Equal((ApplyAction.Configured, "backend: replaced, equal to what was saved"), (replaced.Action, replaced.Reason));
        await AssertRestoredAsync(target, dump);
        Assert.Equal(["backend", "postgres"], await DatabasesAsync(target));
    }

    [Fact]
    public async Task An_empty_database_is_replaced_without_asking()
    {
        using var provider = Provider(server.Postgres);
        var dump = await TakeAsync(provider);
        await using var target = await PostgresServer.StartAsync();
        await target.ExecuteAsync("postgres", "CREATE DATABASE backend");
        await target.ExecuteAsync(RunAiSchema.Database, "CREATE SCHEMA grafana");

        var outcome = await RestoreAsync(target, dump);

        Assert.Equal(ApplyAction.Configured, outcome.Action);
        await AssertRestoredAsync(target, dump);
    }

    [Fact]
    public async Task Clients_that_reconnect_all_the_time_are_put_out_for_a_moment_only()
    {
        using var provider = Provider(server.Postgres);
        var dump = await TakeAsync(provider);
        await using var target = await PostgresServer.StartAsync();
        await InstallServicesAsync(target);
        await using var clients = new BusyClients(target, RunAiSchema.Database);
        await Wait.UntilAsync(() => clients.Answers > 10);

        var outcome = await RestoreAsync(target, dump, clean: true);

        Assert.Equal(ApplyAction.Configured, outcome.Action);
        var before = clients.Answers;
        await Wait.UntilAsync(() => clients.Answers > before + 10);
        await AssertRestoredAsync(target, dump);
        Assert.Equal(["backend", "postgres"], await DatabasesAsync(target));
    }

    [Fact]
    public async Task Odd_names_settings_and_rights_come_back_as_they_were()
    {
        const string Role = """My "Role" \ 1""";
        string[] names = ["Größe \"x\" 'y' \\", "host=nowhere", "postgres", "UPPER"];
        await using var source = await PostgresServer.StartAsync();
        await source.ExecuteAsync("postgres", """
            CREATE ROLE "My ""Role"" \ 1" LOGIN PASSWORD 'canary-odd''\pw';
            COMMENT ON ROLE "My ""Role"" \ 1" IS 'it''s; \ WITH two
            lines -- no comment';
            CREATE TABLE t (id int)
            """);
        foreach (var name in names.Where(name => name != "postgres"))
        {
            await source.ExecuteAsync("postgres", $"CREATE DATABASE {Quoted(name)} OWNER {Quoted(Role)} CONNECTION LIMIT 17");
            await source.ExecuteAsync("postgres", $"REVOKE CONNECT ON DATABASE {Quoted(name)} FROM PUBLIC; ALTER DATABASE {Quoted(name)} SET work_mem = '7MB'");
            await source.ExecuteAsync("postgres", $"ALTER ROLE {Quoted(Role)} IN DATABASE {Quoted(name)} SET work_mem = '9MB'; COMMENT ON DATABASE {Quoted(name)} IS 'DATABASE \"UPPER\"'");
            await source.ExecuteAsync(name, "CREATE TABLE \"T; t\" (id int); INSERT INTO \"T; t\" SELECT generate_series(1, 7)");
        }

        var keys = await KeysAsync();
        var options = new DumpOptions { Directory = Dumps, RecipientsFile = keys.Recipients, IdentityFile = keys.Identity };
        using var provider = Provider(source.Options(names), options);
        var dump = await TakeAsync(provider);
        await using var target = await PostgresServer.StartAsync();

        var outcome = await RestoreAsync(target, dump, options: options);

        Assert.Equal((ApplyAction.Configured, 0), (outcome.Action, outcome.Details.Count));
        Assert.All(names, name => Assert.Contains($"{name}: ", outcome.Reason, StringComparison.Ordinal));
        await AssertRestoredAsync(target, dump);
        await LoginAsync(target, Role, """canary-odd'\pw""", "UPPER");
        const string Properties = """
            SELECT string_agg(concat_ws(' ', datname, datconnlimit, ARRAY(SELECT a::text FROM unnest(datacl) a ORDER BY 1), setconfig, shobj_description(d.oid, 'pg_database')), '|' ORDER BY datname, setrole <> 0)
                || (SELECT string_agg(shobj_description(oid, 'pg_authid'), '') FROM pg_roles)
            FROM pg_database d LEFT JOIN pg_db_role_setting ON setdatabase = d.oid
            WHERE NOT datistemplate
            """;
        Assert.Equal(await source.ScalarAsync(Properties), await target.ScalarAsync(Properties));

        static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    [Fact]
    public async Task Passwords_that_are_not_in_the_dump_are_left_as_they_are()
    {
        using var provider = Provider(server.Postgres);
        var dump = await TakeAsync(provider);
        await using var target = await PostgresServer.StartAsync();
        await target.ExecuteAsync("postgres", "CREATE ROLE runai LOGIN PASSWORD 'of the new values'");

        await RestoreAsync(target, dump);

        await LoginAsync(target, "runai", "of the new values");
    }

    [Fact]
    public async Task What_an_interrupted_run_left_is_dropped()
    {
        using var provider = Provider(server.Postgres);
        var dump = await TakeAsync(provider);
        await using var target = await PostgresServer.StartAsync();
        await RestoreAsync(target, dump);
        await target.ExecuteAsync("postgres", "CREATE DATABASE \"backend_restoring_weekly-1\"");
        await target.ExecuteAsync("postgres", "CREATE DATABASE \"backend_before_weekly-1\"");

        var outcome = await RestoreAsync(target, dump);

        Assert.Equal(ApplyAction.Unchanged, outcome.Action);
        Assert.Equal(["backend", "postgres"], await DatabasesAsync(target));
    }

    [Fact]
    public async Task A_repeat_finishes_what_a_killed_run_left_half_made()
    {
        using var provider = Provider(server.Postgres);
        var dump = await TakeAsync(provider);
        await using var target = await PostgresServer.StartAsync();
        await InstallServicesAsync(target);
        await target.ExecuteAsync("postgres", "CREATE DATABASE \"backend_restoring_weekly-1\"");
        await target.ExecuteAsync("backend_restoring_weekly-1", "CREATE TABLE tenants (half text)");
        await using var leftover = new BusyClients(target, "backend_restoring_weekly-1");
        await Wait.UntilAsync(() => leftover.Answers > 0);

        var outcome = await RestoreAsync(target, dump, clean: true);

        Assert.Equal((ApplyAction.Configured, "backend: replaced, equal to what was saved"), (outcome.Action, outcome.Reason));
        await AssertRestoredAsync(target, dump);
        Assert.Equal(["backend", "postgres"], await DatabasesAsync(target));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Programs_of_17_restore_into_a_server_before_17(bool encrypted)
    {
        const string Real = PostgresServer.Programs;
        var folder = Directory.CreateDirectory(Folder.File("programs")).FullName;
        foreach (var (name, script) in (IEnumerable<(string, string)>)[
            ("pg_dump", "case \"$1\" in --version) echo 'pg_dump (PostgreSQL) 17.2'; exit;; esac; exec REAL \"$@\""),
            ("pg_dumpall", "exec REAL \"$@\""),
            ("psql", "exec REAL \"$@\""),
            ("pg_restore", "case \"$*\" in *--dbname=*) exit 9;; *--file=-*) REAL \"$@\" | sed '0,/^SET lock_timeout/s//SET transaction_timeout = 0;\\n&/';; *) exec REAL \"$@\";; esac")])
        {
            var path = Path.Combine(folder, name);
            await File.WriteAllTextAsync(path, $"#!/bin/sh\n{script.Replace("REAL", $"{Real}/{name}", StringComparison.Ordinal)}\n");
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            }
        }

        var keys = encrypted ? await KeysAsync() : (null, null);
        var options = new DumpOptions { Directory = Dumps, ProgramFolder = folder, RecipientsFile = keys.Recipients, IdentityFile = keys.Identity };
        using var provider = Provider(server.Postgres, options);
        var dump = await TakeAsync(provider);
        await using var target = await PostgresServer.StartAsync();

        var outcome = await RestoreAsync(target, dump, options: options);

        Assert.Equal((ApplyAction.Created, "backend: restored, equal to what was saved"), (outcome.Action, outcome.Reason));
        Assert.StartsWith("17.", dump.Dump!.ClientVersion, StringComparison.Ordinal);
        await AssertRestoredAsync(target, dump);
    }

    [Fact]
    public async Task Roles_that_were_lost_are_made_again_though_the_databases_are_as_saved()
    {
        using var provider = Provider(server.Postgres);
        var dump = await TakeAsync(provider);
        await using var target = await PostgresServer.StartAsync();
        await RestoreAsync(target, dump);
        await target.ExecuteAsync("postgres", "DROP ROLE auditors");

        var outcome = await RestoreAsync(target, dump);

        Assert.Equal(ApplyAction.Configured, outcome.Action);
        await AssertRestoredAsync(target, dump);
    }

    [Fact]
    public async Task Both_a_damaged_half_dropped_database_and_a_template_are_replaced()
    {
        using var provider = Provider(server.Postgres);
        var dump = await TakeAsync(provider);
        await using var target = await PostgresServer.StartAsync();
        await target.ExecuteAsync("postgres", "CREATE DATABASE backend");
        await target.ExecuteAsync("postgres", "UPDATE pg_database SET datconnlimit = -2 WHERE datname = 'backend'");
        await target.ExecuteAsync("postgres", "CREATE DATABASE \"backend_before_weekly-1\" IS_TEMPLATE true");

        var outcome = await RestoreAsync(target, dump);

        Assert.Equal(ApplyAction.Created, outcome.Action);
        await AssertRestoredAsync(target, dump);
        Assert.Equal(["backend", "postgres"], await DatabasesAsync(target));
    }

    [Fact]
    public async Task A_plan_tells_what_a_restore_needs()
    {
        using var provider = Provider(server.Postgres);
        var dump = await TakeAsync(provider);
        using var restorer = Restorer(server.Postgres.Options());

        var plan = await restorer.PlanAsync(dump, CancellationToken.None);

        Assert.Equal(PlannedAction.Create, plan.Action);
        Assert.EndsWith(": backend", plan.Reason, StringComparison.Ordinal);
        Assert.Equal(
            [("dump", CheckResult.Ok), ("pg_restore", CheckResult.Ok), ("passwords of roles", CheckResult.Warning)],
            plan.Checks.Select(check => (check.Subject, check.Result)));
    }
}
