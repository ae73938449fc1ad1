using System.Data;
using System.Text;
using Npgsql;

namespace RunAiDr.Data.Postgres;

/// <summary>Runs the queries that are embedded as <c>.sql</c> files.</summary>
internal static class Query
{
    public static async Task<List<T>> RowsAsync<T>(this NpgsqlConnection connection, string file, Func<NpgsqlDataReader, T> row, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Text(file), connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<T>();
        while (await reader.ReadAsync(ct))
        {
            rows.Add(row(reader));
        }

        return rows;
    }

    public static async Task<T> RowAsync<T>(this NpgsqlConnection connection, string file, Func<NpgsqlDataReader, T> row, CancellationToken ct) =>
        (await connection.RowsAsync(file, row, ct))[0];

    public static async Task<List<string>> NamesAsync(this NpgsqlConnection connection, string file, CancellationToken ct)
    {
        var names = await connection.RowsAsync(file, row => row.GetString(0), ct);
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    public static async Task ExecuteAsync(this NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    public static async Task<object?> ScalarAsync(this NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(ct);
    }

    /// <summary>Runs commands so that the transaction goes on when they fail, and holds no lock of theirs.</summary>
    public static async Task<T> SavedAsync<T>(this NpgsqlConnection connection, Func<Task<T>> commands, CancellationToken ct)
    {
        await connection.ExecuteAsync("SAVEPOINT saved", ct);
        try
        {
            return await commands();
        }
        finally
        {
            if (connection.State == ConnectionState.Open)
            {
                await connection.ExecuteAsync("ROLLBACK TO SAVEPOINT saved; RELEASE SAVEPOINT saved", CancellationToken.None);
            }
        }
    }

    /// <summary>Null for NULL.</summary>
    public static T? Value<T>(this NpgsqlDataReader row, int column)
        where T : struct => row.IsDBNull(column) ? null : row.GetFieldValue<T>(column);

    /// <summary>Null for NULL.</summary>
    public static string? Text(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static DateTimeOffset? Time(this NpgsqlDataReader row, int column) =>
        row.Value<DateTime>(column) is { } time ? new DateTimeOffset(time) : null;

    private static string Text(string file)
    {
        using var stream = typeof(Query).Assembly.GetManifestResourceStream(file)
            ?? throw new InvalidOperationException($"The program lacks its query {file}.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
