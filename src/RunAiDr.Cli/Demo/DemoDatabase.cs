using System.Net;
using RunAiDr.Core.Secrets;
using RunAiDr.Data.Postgres;

namespace RunAiDr.Cli.Demo;

/// <summary>The PostgreSQL of the demonstration's installation, gone with it.</summary>
internal sealed class DemoDatabase : IAsyncDisposable
{
    // As Run:ai's: a database, a role and schema for Grafana, projects and their jobs.
    private const string Schema = """
        CREATE ROLE grafana LOGIN;
        CREATE DATABASE backend;
        \connect backend
        CREATE SCHEMA grafana AUTHORIZATION grafana;
        CREATE TABLE grafana.dashboard (id serial PRIMARY KEY, title text);
        INSERT INTO grafana.dashboard (title) SELECT 'dashboard ' || i FROM generate_series(1, 40) i;
        CREATE TABLE projects (id int PRIMARY KEY, name text UNIQUE);
        INSERT INTO projects SELECT i, 'project-' || i FROM generate_series(1, 12) i;
        CREATE TABLE jobs (id int PRIMARY KEY, project int REFERENCES projects, state text);
        INSERT INTO jobs SELECT i, 1 + i % 12, 'Completed' FROM generate_series(1, 20000) i;
        """;

    private readonly ScratchPostgres _server;

    private DemoDatabase(ScratchPostgres server) => _server = server;

    public IPEndPoint Address => _server.Address;

    /// <summary>Starts one with what the installation holds.</summary>
    public static async Task<DemoDatabase> StartAsync(CancellationToken ct)
    {
        var server = await ScratchPostgres.StartAsync(new SecretText(DemoInstallation.DatabasePassword()), ct);
        try
        {
            await server.RunScriptAsync(Schema, ct);
            return new DemoDatabase(server);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
