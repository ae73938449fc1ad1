using Npgsql;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Data.Postgres;

/// <summary>Reads what one database holds, in the transaction that froze it.</summary>
internal sealed class ContentReader(NpgsqlConnection connection, List<string> warnings)
{
    public async Task<DatabaseContent> ReadAsync(string name, CancellationToken ct)
    {
        var facts = await connection.RowAsync(
            "database.sql", row => (Owner: row.GetString(0), Encoding: row.GetString(1), Collation: row.GetString(2), Bytes: row.GetInt64(3)), ct);
        var extensions = await connection.RowsAsync("extensions.sql", row => new ExtensionContent(row.GetString(0), row.GetString(1)), ct);
        return new DatabaseContent(
            name,
            facts.Owner,
            facts.Encoding,
            facts.Collation,
            facts.Bytes,
            [.. extensions.OrderBy(extension => extension.Name, StringComparer.Ordinal)],
            await connection.NamesAsync("schemas.sql", ct),
            await TablesAsync(name, ct));
    }

    private async Task<List<TableContent>> TablesAsync(string database, CancellationToken ct)
    {
        var tables = await connection.RowsAsync("tables.sql", CountedTable.Of, ct);
        var unlogged = tables.Where(table => table.Unlogged).Select(table => table.QuotedName).Order(StringComparer.Ordinal).ToList();
        if (unlogged.Count > 0)
        {
            warnings.Add($"{database}: rows of unlogged tables are lost with a restored volume and are not counted: {string.Join(", ", unlogged)}.");
        }

        var counts = new RowCounts(connection, database, warnings);
        var contents = new List<TableContent>();
        foreach (var table in tables.Where(table => !table.Unlogged).OrderBy(table => table.Schema, StringComparer.Ordinal).ThenBy(table => table.Name, StringComparer.Ordinal))
        {
            if (await counts.CountAsync(table, ct) is { } content)
            {
                contents.Add(content);
            }
        }

        return contents;
    }
}
