namespace RunAiDr.Data.Dumps.Restoring;

/// <summary>
/// The statements of a dump that make its database: encoding, locale, owner, rights, settings. They can make it under
/// another name, which pg_restore cannot.
/// </summary>
internal sealed class DatabaseDefinition(IReadOnlyList<SqlStatement> statements, string name)
{
    private static readonly string[][] Beginnings =
    [
        ["CREATE", "DATABASE"],
        ["ALTER", "DATABASE"],
        ["COMMENT", "ON", "DATABASE"],
        ["SECURITY", "LABEL"],
    ];

    /// <summary>Prints the definition of the database and of nothing in it: no schema can have such a name.</summary>
    public static ProgramCall Call(DumpTools tools) =>
        new(tools.Restore, ["--create", "--schema-only", "--schema=pg_none", "--file=-"]) { ShownPrefix = "pg_restore: " };

    public static DatabaseDefinition Of(string script, string name) =>
        new([.. SqlText.Statements(script).Where(statement => Concerns(statement, name))], name);

    public bool IsThere => statements.Any(IsNeeded);

    /// <summary>In order; without those that are not needed a database is usable, but not as it was.</summary>
    public IEnumerable<(string Sql, string Shown, bool Needed)> For(string other) => statements.Select(statement =>
    {
        var renamed = Renamed(statement, other);
        return (renamed.Text, statement.Shown, IsNeeded(statement));
    });

    private static bool IsNeeded(SqlStatement statement) =>
        statement.BeginsWith("CREATE") || (statement.BeginsWith("ALTER", "DATABASE") && statement.Tokens[3].Is("OWNER"));

    private static bool Concerns(SqlStatement statement, string name) =>
        PlaceOfName(statement, name) > 0
        && (Array.Exists(Beginnings, words => statement.BeginsWith(words))
            || statement.BeginsWith("GRANT") || statement.BeginsWith("REVOKE") || statement.BeginsWith("ALTER", "ROLE"));

    private SqlStatement Renamed(SqlStatement statement, string other)
    {
        var tokens = statement.Tokens.ToArray();
        tokens[PlaceOfName(statement, name)] = new SqlToken(SqlTokenKind.Name, SqlText.Quoted(other));
        return new SqlStatement(tokens);
    }

    private static int PlaceOfName(SqlStatement statement, string name)
    {
        for (var index = 1; index < statement.Tokens.Count; index++)
        {
            if (statement.Tokens[index - 1].Is("DATABASE") && statement.Tokens[index].Named == name)
            {
                return index;
            }
        }

        return -1;
    }
}
