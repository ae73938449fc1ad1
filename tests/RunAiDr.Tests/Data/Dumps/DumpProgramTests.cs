using RunAiDr.Core;
using RunAiDr.Data.Age;
using RunAiDr.Data.Dumps;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Data.Dumps;

/// <summary>Programs that are missing, of the wrong version, or do not do what they say.</summary>
public sealed class DumpProgramTests(DumpServer server) : DumpScene, IClassFixture<DumpServer>
{
    private const string Real = PostgresServer.Programs;

    [Fact]
    public async Task The_newest_programs_that_are_installed_are_found()
    {
        var tools = await DumpTools.FindAsync(null, CancellationToken.None);

        Assert.StartsWith("15.", tools.Version, StringComparison.Ordinal);
        Assert.Equal(Real, tools.Folder);
    }

    [Fact]
    public async Task A_folder_without_the_programs_is_told()
    {
        var failure = await FailureAsync(With(Folder.Path));

        Assert.Contains(Folder.File("pg_dump"), failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_newer_than_pg_dump_is_refused_before_anything_is_written()
    {
        var folder = Programs(dump: "echo 'pg_dump (PostgreSQL) 14.2 (Debian 14.2-1)'");
        var steps = new Steps();

        var failure = await FailureAsync(With(folder), steps);

        Assert.StartsWith($"The server is PostgreSQL 15, which {folder}/pg_dump of version 14.2 cannot dump.", failure, StringComparison.Ordinal);
        Assert.Contains("postgresql-client-15", failure, StringComparison.Ordinal);
        Assert.Equal("preparing", Assert.Single(steps.Told).Step);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Dumps));
    }

    [Theory]
    [InlineData("head -c 60")] // within the header
    [InlineData("head -c 200000")] // within the rows
    [InlineData("head -c -1")]
    [InlineData("sed '$d'")]
    public async Task A_dump_that_is_cut_is_not_kept_although_its_program_says_all_is_well(string cut)
    {
        var folder = Programs(dump: $"case \"$1\" in --version) exec {Real}/pg_dump --version;; esac; {Real}/pg_dump \"$@\" | {cut}; exit 0");

        var failure = await FailureAsync(With(folder));

        Assert.StartsWith("What pg_dump wrote is no whole archive. pg_restore ended with exit code 1: ", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Roles_that_are_cut_are_not_kept_although_their_program_says_all_is_well()
    {
        var folder = Programs(dumpAll: $"{Real}/pg_dumpall \"$@\" | head -n 20; exit 0");

        var failure = await FailureAsync(With(folder));

        Assert.StartsWith("What pg_dumpall wrote lacks its end.", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_prints_its_password_is_not_repeated()
    {
        var folder = Programs(dump: "case \"$1\" in --version) echo 'pg_dump (PostgreSQL) 15.1';; *) seq 100000 >&2; echo \"password $PGPASSWORD is bad\" >&2; exit 3;; esac");

        var failure = await FailureAsync(With(folder));

        Assert.Contains("pg_dump ended with exit code 3", failure, StringComparison.Ordinal);
        Assert.Contains("password [secret] is bad", failure, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", failure, StringComparison.Ordinal);
        Assert.InRange(failure.Length, 0, 3000);
    }

    [Fact]
    public async Task Nothing_of_the_environment_leads_a_program_elsewhere()
    {
        var call = new ProgramCall("/usr/bin/env", []) { Environment = new Dictionary<string, string> { ["PGUSER"] = "runai" } };

        var printed = await ChildProgram.OutputAsync(call, 10_000, CancellationToken.None);

        var names = printed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=')[0]);
        Assert.Empty(names.Except(["PATH", "HOME", "LD_LIBRARY_PATH", "LC_ALL", "PGUSER"]));
        Assert.Contains("PGUSER=runai", printed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "is not there")]
    [InlineData("", "names no recipient")]
    [InlineData("# nobody\n", "names no recipient")]
    [InlineData("age1notakey\n", "holds a recipient that cannot be used")]
    [InlineData("# mine\nAGE-SECRET-KEY-1CANARY\n", "line 2: not a recipient of age")]
    public async Task Recipients_that_cannot_be_used_are_told_before_the_dump(string? content, string expected)
    {
        var file = Folder.File("recipients");
        if (content is not null)
        {
            await File.WriteAllTextAsync(file, content);
        }

        using var provider = Provider(server.Postgres, new DumpOptions { Directory = Dumps, RecipientsFile = file });
        var steps = new Steps();

        var failure = await FailureAsync(provider, steps);

        Assert.Contains(file, failure, StringComparison.Ordinal);
        Assert.Contains(expected, failure, StringComparison.Ordinal);
        Assert.DoesNotContain("CANARY", failure, StringComparison.Ordinal);
        Assert.Equal("preparing", Assert.Single(steps.Told).Step);
    }

    [Fact]
    public async Task Without_age_nothing_is_dumped_that_should_be_encrypted()
    {
        var keys = await KeysAsync();

        var fault = await Assert.ThrowsAsync<RunAiDrException>(() => AgeRecipients.ReadAsync(keys.Recipients, null, Fault.Snapshot, CancellationToken.None));

        Assert.Equal("Install age.", fault.Remedy);
    }

    [Fact]
    public async Task A_user_who_may_not_read_passwords_gets_a_dump_without_them_and_is_told()
    {
        await server.Postgres.ExecuteAsync("postgres", "CREATE ROLE reader LOGIN PASSWORD 'canary-reader'; GRANT runai, grafana TO reader");
        var keys = await KeysAsync();
        using var provider = Provider(
            server.Postgres.Options(RunAiSchema.Database) with { User = "reader", Password = () => new("canary-reader") },
            new DumpOptions { Directory = Dumps, RecipientsFile = keys.Recipients });

        var reference = await TakeAsync(provider);

        Assert.Contains(reference.Warnings, warning => warning.Contains("reader may not read pg_authid", StringComparison.Ordinal));
    }

    private PgDumpSnapshots With(string folder) =>
        Provider(server.Postgres, new DumpOptions { Directory = Dumps, ProgramFolder = folder });

    private string Programs(string? dump = null, string? dumpAll = null)
    {
        var folder = Directory.CreateDirectory(Folder.File("programs")).FullName;
        foreach (var (name, script) in (IEnumerable<(string, string?)>)[("pg_dump", dump), ("pg_dumpall", dumpAll), ("pg_restore", null)])
        {
            var path = Path.Combine(folder, name);
            File.WriteAllText(path, $"#!/bin/sh\n{script ?? $"exec {Real}/{name} \"$@\""}\n");
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            }
        }

        return folder;
    }
}
