using System.Globalization;
using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Dumps;
using RunAiDr.Data.Postgres;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Data.Dumps;

/// <summary>Restores with the stock programs, as an operator would without runai-dr.</summary>
internal sealed class DumpRestore(PostgresServer target, string folder, string? identity)
{
    private readonly Dictionary<string, string> _environment = new()
    {
        ["PGHOST"] = "127.0.0.1",
        ["PGPORT"] = target.Port.ToString(CultureInfo.InvariantCulture),
        ["PGUSER"] = "postgres",
        ["PGPASSWORD"] = PostgresServer.Password,
    };

    public async Task RunAsync(PgDumpSnapshots provider, SnapshotReference reference)
    {
        foreach (var file in reference.Dump!.Files)
        {
            var path = await FetchAsync(provider, reference, file);
            if (file.Database is null)
            {
                // Without stopping at the role postgres, which each server has.
                await RunAsync("psql", "--quiet", "--dbname=postgres", $"--file={path}");
            }
            else
            {
                (await RunAsync("pg_restore", "--create", "--exit-on-error", "--dbname=postgres", path)).Expect(0);
            }
        }
    }

    public async Task<DatabaseFingerprint> FingerprintAsync(params string[] databases)
    {
        await using var frozen = await FrozenDatabases.OpenAsync(new PostgresConnector(target.Options(databases)), CancellationToken.None);
        return await frozen.FingerprintAsync(CancellationToken.None);
    }

    private async Task<string> FetchAsync(PgDumpSnapshots provider, SnapshotReference reference, DumpFile file)
    {
        var path = Path.Combine(folder, $"fetched-{Uri.EscapeDataString(file.Name)}");
        await using (var stored = await provider.OpenAsync(reference, file.Name, CancellationToken.None))
        await using (var copy = File.Create(path))
        {
            await stored.CopyToAsync(copy);
        }

        if (identity is not null)
        {
            (await RunAsync("age", "--decrypt", "--identity", identity, "--output", $"{path}.plain", path)).Expect(0);
            path = $"{path}.plain";
        }

        return path;
    }

    private Task<Ended> RunAsync(string program, params string[] arguments)
    {
        var full = Path.Combine(PostgresServer.Programs, program);
        return EndToEndPrograms.RunAsync(folder, _environment, File.Exists(full) ? full : program, arguments);
    }
}
