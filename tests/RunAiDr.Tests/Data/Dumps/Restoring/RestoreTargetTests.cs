using RunAiDr.Data.Dumps.Restoring;
using RunAiDr.Data.Postgres;

namespace RunAiDr.Tests.Data.Dumps.Restoring;

/// <summary>A database that is empty is replaced without asking.</summary>
public sealed class RestoreTargetTests(DumpServer server) : IClassFixture<DumpServer>
{
    // As an extension does that keeps what its users enter, beside rows of its own.
    private const string Shop = """
        CREATE EXTENSION hstore;
        CREATE TABLE goods (id serial, name text);
        INSERT INTO goods (name) VALUES ('sample');
        ALTER EXTENSION hstore ADD TABLE goods;
        UPDATE pg_extension SET extconfig = ARRAY['goods'::regclass::oid], extcondition = ARRAY['WHERE id > 1'] WHERE extname = 'hstore';
        """;

    [Theory]
    [InlineData("SELECT lo_create(0)")]
    [InlineData("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'")]
    [InlineData("CREATE SEQUENCE s")]
    [InlineData("CREATE TYPE t AS ENUM ('a')")]
    [InlineData("CREATE TYPE t AS (a int)")]
    [InlineData("CREATE TYPE t AS RANGE (subtype = int)")]
    [InlineData("CREATE DOMAIN t AS int")]
    [InlineData("CREATE VIEW v AS SELECT 1 AS a")]
    [InlineData("CREATE TABLE t ()")]
    [InlineData(Shop + "INSERT INTO goods (name) VALUES ('mine')")]
    public async Task Whatever_somebody_made_is_something(string sql) => Assert.False(await IsEmptyAsync(sql));

    [Theory]
    [InlineData("CREATE SCHEMA s")]
    [InlineData("CREATE EXTENSION citext; CREATE EXTENSION ltree; CREATE EXTENSION seg; CREATE EXTENSION pg_stat_statements")]
    [InlineData(Shop)]
    public async Task What_extensions_bring_is_nothing(string sql) => Assert.True(await IsEmptyAsync(sql));

    private async Task<bool> IsEmptyAsync(string sql)
    {
        var postgres = server.Postgres;
        await postgres.ExecuteAsync("postgres", "CREATE DATABASE somebody");
        try
        {
            await postgres.ExecuteAsync("somebody", sql);
            return await new RestoreTarget(new PostgresConnector(postgres.Options()), TimeProvider.System).IsEmptyAsync("somebody", CancellationToken.None);
        }
        finally
        {
            await postgres.ExecuteAsync("postgres", "DROP DATABASE somebody WITH (FORCE)");
        }
    }
}
