using System.Globalization;
using Npgsql;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Data.Postgres;

/// <summary>A table to count, as the catalogue has it.</summary>
/// <param name="Id">Its object id.</param>
/// <param name="Schema">Its schema.</param>
/// <param name="Name">Its name.</param>
/// <param name="QuotedName">Both, as SQL wants them.</param>
/// <param name="Rows">The planner's number of rows; null before the first ANALYZE.</param>
/// <param name="Unlogged">Whether a crash empties it.</param>
/// <param name="Populated">False for a materialised view that was never refreshed.</param>
internal sealed record CountedTable(uint Id, string Schema, string Name, string QuotedName, long? Rows, bool Unlogged, bool Populated)
{
    public static CountedTable Of(NpgsqlDataReader row) => new(
        row.GetFieldValue<uint>(0),
        row.GetString(1),
        row.GetString(2),
        row.GetString(3),
        row.GetDouble(4) is >= 0 and var rows ? (long)rows : null,
        row.GetBoolean(5),
        row.GetBoolean(6));
}

/// <summary>
/// Counts rows: exactly where that is quick, else by the planner's estimate. Somebody who drops or locks a table
/// meanwhile costs its count, not the fingerprint.
/// </summary>
internal sealed class RowCounts(NpgsqlConnection connection, string database, List<string> warnings)
{
    private const long MostRows = 1_000_000;
    private const long MostBytes = 200L * 1024 * 1024;

    /// <summary>Null when the table is gone.</summary>
    public async Task<TableContent?> CountAsync(CountedTable table, CancellationToken ct)
    {
        if (!table.Populated)
        {
            return new TableContent(table.Schema, table.Name, 0);
        }

        try
        {
            // The lock of the count goes with the savepoint: a dump may take long, and owners want to alter their tables.
            await using var command = new NpgsqlCommand(QueryOf(table), connection) { CommandTimeout = 0 };
            var rows = await connection.SavedAsync(() => command.ExecuteScalarAsync(ct), ct);
            return rows is long exact ? new TableContent(table.Schema, table.Name, exact) : Estimate(table);
        }
        catch (PostgresException failure) when (failure.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            warnings.Add($"{database}: table {table.QuotedName} was dropped or renamed while the rows were counted.");
            return null;
        }
        catch (PostgresException failure) when (failure.SqlState is PostgresErrorCodes.LockNotAvailable)
        {
            warnings.Add($"{database}: table {table.QuotedName} is locked by somebody, so its rows are {HowKnown(table)}.");
            return Estimate(table);
        }
        catch (PostgresException failure) when (failure.SqlState is PostgresErrorCodes.InsufficientPrivilege)
        {
            warnings.Add($"{database}: table {table.QuotedName} may not be read, so its rows are {HowKnown(table)}.");
            return Estimate(table);
        }
    }

    // A table that was never analysed has no estimate, and is counted whatever its size.
    private static string QueryOf(CountedTable table)
    {
        var count = $"(SELECT count(*) FROM ONLY {table.QuotedName})";
        return table.Rows is null or <= MostRows
            ? $"SELECT {count}"
            : string.Create(CultureInfo.InvariantCulture, $"SELECT CASE WHEN pg_relation_size({table.Id}) <= {MostBytes} THEN {count} END");
    }

    private static TableContent Estimate(CountedTable table) => new(table.Schema, table.Name, table.Rows, Estimated: table.Rows is not null);

    private static string HowKnown(CountedTable table) => table.Rows is null ? "not known" : "only estimated";
}
