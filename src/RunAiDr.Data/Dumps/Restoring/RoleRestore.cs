using Npgsql;
using RunAiDr.Data.Postgres;

namespace RunAiDr.Data.Dumps.Restoring;

/// <summary>
/// Makes the roles and tablespaces of a file of pg_dumpall, and gives roles their passwords, settings and memberships. What
/// is there already is kept; what the server refuses is told, for it may not be needed.
/// </summary>
internal sealed class RoleRestore(NpgsqlConnection session, string self, List<string> refusals)
{
    // A role has none of these unless it is told so, and naming them takes a superuser.
    private static readonly string[] Defaults = ["NOSUPERUSER", "NOREPLICATION", "NOBYPASSRLS"];

    public async Task RunAsync(string script, CancellationToken ct)
    {
        await session.RowsAsync("quiet.sql", row => row.GetString(0), ct);
        foreach (var statement in SqlText.Statements(script).Where(IsWanted))
        {
            if (await RefusalAsync(statement, ct) is { } refusal && !IsThere(statement, refusal)
                && (Milder(statement) is not { } milder || await RefusalAsync(milder, ct) is not null))
            {
                refusals.Add($"{statement.Shown}: {refusal.MessageText} ({refusal.SqlState})");
            }
        }
    }

    // Whoever restores keeps the rights and the password to go on with.
    private bool IsWanted(SqlStatement statement) =>
        !statement.BeginsWith("SET") && !statement.BeginsWith("SELECT")
        && !(statement.BeginsWith("ALTER", "ROLE") && statement.NameAt(2) == self && statement.NameAt(3) == "WITH");

    private async Task<PostgresException?> RefusalAsync(SqlStatement statement, CancellationToken ct)
    {
        try
        {
            await session.ExecuteAsync(statement.Text, ct);
            return null;
        }
        catch (PostgresException refusal) when (session.State == System.Data.ConnectionState.Open)
        {
            return refusal;
        }
    }

    private static bool IsThere(SqlStatement statement, PostgresException refusal) =>
        statement.BeginsWith("CREATE") && refusal.SqlState == PostgresErrorCodes.DuplicateObject;

    /// <summary>What comes to the same where it is allowed; null when there is nothing.</summary>
    private static SqlStatement? Milder(SqlStatement statement)
    {
        if (statement.BeginsWith("ALTER", "ROLE"))
        {
            var plain = statement.Without(Defaults);
            return plain.Tokens.Count < statement.Tokens.Count ? plain : null;
        }

        // Who granted a membership is of no account, and may not be there.
        return statement.BeginsWith("GRANT") && statement.Tokens.Count > 3 && statement.Tokens[^3].Is("GRANTED")
            ? new SqlStatement([.. statement.Tokens.SkipLast(3)])
            : null;
    }
}
