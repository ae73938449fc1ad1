using Npgsql;
using RunAiDr.Data.Postgres;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Data.Postgres;

public class FrozenDatabasesTests
{
    [Fact]
    public async Task Whoever_imports_the_snapshot_sees_the_rows_of_its_moment()
    {
        await using var server = await PostgresServer.StartAsync();
        await server.ExecuteAsync("postgres", "CREATE TABLE jobs (id int); INSERT INTO jobs SELECT generate_series(1, 100)");
        await using var frozen = await FrozenDatabases.OpenAsync(new PostgresConnector(server.Options("postgres")), CancellationToken.None);

        await server.ExecuteAsync("postgres", "DELETE FROM jobs");

        await using var reader = new NpgsqlConnection(server.ConnectionString("postgres"));
        await reader.OpenAsync();
        await using var import = new NpgsqlCommand(
            $"BEGIN ISOLATION LEVEL REPEATABLE READ; SET TRANSACTION SNAPSHOT '{Assert.Single(frozen.Databases).SnapshotId}'; SELECT count(*) FROM jobs", reader);
        Assert.Equal(100L, await import.ExecuteScalarAsync());
    }
}
