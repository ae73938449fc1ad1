using RunAiDr.Data.Dumps.Restoring;

namespace RunAiDr.Tests.Data.Dumps.Restoring;

public sealed class SqlTextTests
{
    [Fact]
    public void Comments_and_commands_of_psql_are_no_statements()
    {
        var statements = SqlText.Statements("""
            --
            -- PostgreSQL database cluster dump; it's
            \restrict abc;'
            SET client_encoding = 'UTF8';

            CREATE ROLE aud;
            \unrestrict abc

            """);

        Assert.Equal(["SET client_encoding = 'UTF8'", "CREATE ROLE aud"], statements.Select(statement => statement.Text));
    }

    [Fact]
    public void Semicolons_and_quotes_within_names_and_literals_end_nothing()
    {
        var statements = SqlText.Statements("""
            CREATE ROLE "a;""b";
            COMMENT ON ROLE "a;""b" IS E'it''s; a \\ \' -- no
            comment';
            GRANT x TO y;
            """);

        Assert.Equal(3, statements.Count);
        Assert.Equal("a;\"b", statements[0].NameAt(2));
        Assert.EndsWith("-- no\ncomment'", statements[1].Text.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_shown_of_a_statement_holds_no_literal()
    {
        var statement = Assert.Single(SqlText.Statements("ALTER ROLE \"My Role\" WITH LOGIN PASSWORD 'SCRAM-SHA-256$canary'"));

        Assert.Equal("ALTER ROLE \"My Role\"", statement.Shown);
        Assert.Equal("COMMENT ON ROLE x IS", Assert.Single(SqlText.Statements("COMMENT ON ROLE x IS 'canary'")).Shown);
    }

    [Fact]
    public void A_definition_is_given_another_name_where_the_name_is_meant_and_nowhere_else()
    {
        const string Script = """
            SET statement_timeout = 0;
            CREATE DATABASE database WITH TEMPLATE = template0 ENCODING = 'UTF8';
            ALTER DATABASE database OWNER TO database;
            \connect database
            COMMENT ON DATABASE database IS 'DATABASE database';
            ALTER ROLE database IN DATABASE database SET search_path TO 'database';
            GRANT ALL ON DATABASE database TO database;
            GRANT ALL ON DATABASE another TO database;
            """;

        var made = DatabaseDefinition.Of(Script, "database").For("a \"b\"").ToList();

        Assert.Equal(
            [
                ("CREATE DATABASE \"a \"\"b\"\"\" WITH TEMPLATE = template0 ENCODING = 'UTF8'", true),
                ("ALTER DATABASE \"a \"\"b\"\"\" OWNER TO database", true),
                ("COMMENT ON DATABASE \"a \"\"b\"\"\" IS 'DATABASE database'", false),
                ("ALTER ROLE database IN DATABASE \"a \"\"b\"\"\" SET search_path TO 'database'", false),
                ("GRANT ALL ON DATABASE \"a \"\"b\"\"\" TO database", false),
            ],
            made.Select(statement => (statement.Sql, statement.Needed)));
    }

    [Theory]
    [InlineData("backend", "backend_restoring_weekly-1", "backend_before_weekly-1")]
    public void Names_on_the_way_tell_whose_they_are(string name, string fresh, string before)
    {
        Assert.Equal(new RestoreNames(name, fresh, before), RestoreNames.For(name, "weekly-1"));
    }

    [Fact]
    public void Long_names_are_cut_between_characters_and_stay_different()
    {
        var names = Enumerable.Range(0, 3)
            .Select(number => RestoreNames.For(new string('ö', 31), $"checkpoint-{number}"))
            .SelectMany(name => new[] { name.Fresh, name.Before })
            .ToList();

        Assert.Equal(6, names.Distinct().Count());
        Assert.All(names, name => Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(name), 50, 63));
        Assert.DoesNotContain(names, name => name.Contains('\uFFFD', StringComparison.Ordinal));
    }
}
