using System.Collections.Concurrent;
using System.Text;
using RunAiDr.Data.Dumps;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Data.Dumps;

public sealed class DumpSecretTests(DumpServer server) : DumpScene, IClassFixture<DumpServer>
{
    [Fact]
    public async Task The_password_is_in_no_command_line_no_file_and_nothing_that_is_told()
    {
        var keys = await KeysAsync();
        using var provider = Provider(server.Postgres, new DumpOptions { Directory = Dumps, RecipientsFile = keys.Recipients });
        using var stop = new CancellationTokenSource();
        var watching = Task.Run(() => WatchAsync(stop.Token));
        var steps = new Steps();

        var reference = await TakeAsync(provider, steps);
        await stop.CancelAsync();
        var lines = await watching;

        Assert.Contains(lines, line => line.Contains("pg_dump\0--format=custom", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("pg_dumpall\0--globals-only", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("age\0--recipient", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains(PostgresServer.Password, StringComparison.Ordinal));
        Assert.DoesNotContain(PostgresServer.Password, string.Join('\n', steps.Told), StringComparison.Ordinal);
        Assert.DoesNotContain(PostgresServer.Password, Encoding.UTF8.GetString(reference.ToBytes()), StringComparison.Ordinal);
        Assert.All(
            Directory.EnumerateFiles(Folder.Path, "*", SearchOption.AllDirectories),
            file => Assert.False(File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(PostgresServer.Password)) >= 0, file));
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

    // Of programs that come and go quickly.
    private static async Task<ICollection<string>> WatchAsync(CancellationToken stop)
    {
        var lines = new ConcurrentDictionary<string, bool>();
        while (!stop.IsCancellationRequested)
        {
            foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])))
            {
                try
                {
                    lines.TryAdd(await File.ReadAllTextAsync(Path.Combine(process, "cmdline"), CancellationToken.None), true);
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
