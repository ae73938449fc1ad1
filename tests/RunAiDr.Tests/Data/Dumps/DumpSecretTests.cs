using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using RunAiDr.Data.Dumps;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Data.Dumps;

public sealed class DumpSecretTests(DumpServer server) : DumpScene, IClassFixture<DumpServer>
{
    private const string Password = "canary-secretive-password-90c2";

    [Fact]
    public async Task The_password_is_in_no_command_line_no_file_and_nothing_that_is_told()
    {
        var keys = await KeysAsync();
        await server.Postgres.ExecuteAsync("postgres", $"CREATE ROLE secretive SUPERUSER LOGIN PASSWORD '{Password}'");
        var postgres = server.Postgres.Options(RunAiSchema.Database) with { User = "secretive", Password = () => new(Password) };
        using var provider = Provider(postgres, new DumpOptions { Directory = Dumps, RecipientsFile = keys.Recipients });
        using var stop = new CancellationTokenSource();
        var recipient = (await File.ReadAllLinesAsync(keys.Recipients!))[^1];
        var watching = Task.Run(() => WatchAsync(recipient, stop.Token));
        var steps = new Steps();

        var reference = await TakeAsync(provider, steps);
        await stop.CancelAsync();
        var lines = await watching;

        Assert.Contains(lines, line => line.Contains("pg_dump\0--format=custom", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("pg_dumpall\0--globals-only", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("age\0--recipient", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains(Password, StringComparison.Ordinal));
        Assert.DoesNotContain(Password, string.Join('\n', steps.Told), StringComparison.Ordinal);
        Assert.DoesNotContain(Password, Encoding.UTF8.GetString(reference.ToBytes()), StringComparison.Ordinal);
        Assert.All(
            Directory.EnumerateFiles(Folder.Path, "*", SearchOption.AllDirectories),
            file => Assert.False(File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(Password)) >= 0, file));
    }

    [Fact]
    public async Task Without_encryption_no_verifier_of_a_password_is_stored()
    {
        using var provider = Provider(server.Postgres);

        var reference = await TakeAsync(provider);

        var globals = await File.ReadAllTextAsync(Path.Combine(reference.Location, "globals.sql"));
        Assert.Contains("CREATE ROLE grafana", globals, StringComparison.Ordinal);
        Assert.DoesNotContain("PASSWORD", globals, StringComparison.Ordinal);
        Assert.Contains(reference.Warnings, warning => warning.Contains("not encrypted", StringComparison.Ordinal));
    }

    // Of programs that come and go quickly; those of other tests are theirs.
    private async Task<ICollection<string>> WatchAsync(string recipient, CancellationToken stop)
    {
        var lines = new ConcurrentDictionary<string, bool>();
        var port = string.Create(CultureInfo.InvariantCulture, $"PGPORT={server.Postgres.Port}\0");
        while (!stop.IsCancellationRequested)
        {
            foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])))
            {
                try
                {
                    var line = await File.ReadAllTextAsync(Path.Combine(process, "cmdline"), CancellationToken.None);
                    var environment = await File.ReadAllTextAsync(Path.Combine(process, "environ"), CancellationToken.None);
                    if (line.Contains(recipient, StringComparison.Ordinal) || environment.Contains(port, StringComparison.Ordinal))
                    {
                        lines.TryAdd(line, true);
                    }
                }
                catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
                {
                    // It has just ended.
                }
            }
        }

        return lines.Keys;
    }
}
