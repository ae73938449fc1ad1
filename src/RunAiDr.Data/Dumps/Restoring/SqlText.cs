using System.Text;

namespace RunAiDr.Data.Dumps.Restoring;

/// <summary>Reads SQL as pg_dump and pg_dumpall write it, and writes names as they do.</summary>
internal static class SqlText
{
    /// <summary>The statements of a script, without their semicolons; comments and commands of psql are left out.</summary>
    public static List<SqlStatement> Statements(string script)
    {
        var statements = new List<SqlStatement>();
        var tokens = new List<SqlToken>();
        for (var at = 0; at < script.Length;)
        {
            var length = LengthAt(script, at, atStart: tokens.Count == 0);
            var kind = KindAt(script, at, length);
            if (kind == SqlTokenKind.End)
            {
                Finish();
            }
            else if (kind != SqlTokenKind.Nothing)
            {
                tokens.Add(new SqlToken(kind, script.Substring(at, length)));
            }

            at += length;
        }

        Finish();
        return statements;

        void Finish()
        {
            if (tokens.Count > 0)
            {
                statements.Add(new SqlStatement([.. tokens]));
                tokens.Clear();
            }
        }
    }

    public static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static SqlTokenKind KindAt(string script, int at, int length) => script[at] switch
    {
        ';' => SqlTokenKind.End,
        '"' => SqlTokenKind.Name,
        '\'' => SqlTokenKind.Text,
        '\\' => SqlTokenKind.Nothing,
        '-' when length > 1 => SqlTokenKind.Nothing,
        'E' when length > 1 && script[at + 1] == '\'' => SqlTokenKind.Text,
        var first when char.IsWhiteSpace(first) => SqlTokenKind.Nothing,
        var first when IsOfWord(first) => SqlTokenKind.Word,
        _ => SqlTokenKind.Sign,
    };

    private static int LengthAt(string script, int at, bool atStart) => script[at] switch
    {
        '"' => QuotedLength(script, at, escapes: false),
        '\'' => QuotedLength(script, at, escapes: false),
        'E' when at + 1 < script.Length && script[at + 1] == '\'' => 1 + QuotedLength(script, at + 1, escapes: true),
        '-' when at + 1 < script.Length && script[at + 1] == '-' => LineLength(script, at),
        '\\' when atStart => LineLength(script, at),
        var first when IsOfWord(first) => WordLength(script, at),
        _ => 1,
    };

    private static int QuotedLength(string script, int at, bool escapes)
    {
        var quote = script[at];
        for (var end = at + 1; end < script.Length; end++)
        {
            if (escapes && script[end] == '\\')
            {
                end++;
            }
            else if (script[end] == quote && end + 1 < script.Length && script[end + 1] == quote)
            {
                end++;
            }
            else if (script[end] == quote)
            {
                return end + 1 - at;
            }
        }

        return script.Length - at;
    }

    private static int WordLength(string script, int at)
    {
        var end = at;
        while (end < script.Length && IsOfWord(script[end]))
        {
            end++;
        }

        return end - at;
    }

    private static int LineLength(string script, int at) => script.IndexOf('\n', at) is >= 0 and var end ? end - at : script.Length - at;

    private static bool IsOfWord(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '$' || letter > '\u007f';
}

internal enum SqlTokenKind
{
    Nothing,
    End,
    Word,
    Name,
    Text,
    Sign,
}

/// <summary>One word, quoted name, literal or sign, as it is written.</summary>
internal sealed record SqlToken(SqlTokenKind Kind, string Text)
{
    /// <summary>What it names, without quotes; null when it is no name.</summary>
    public string? Named => Kind switch
    {
        SqlTokenKind.Word => Text,
        SqlTokenKind.Name => Text[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal),
        _ => null,
    };

    public bool Is(string word) => Kind == SqlTokenKind.Word && Text == word;
}

/// <summary>One statement. Words are told from names that are spelt alike by their quotes.</summary>
internal sealed record SqlStatement(IReadOnlyList<SqlToken> Tokens)
{
    public string Text => Joined(Tokens);

    public bool BeginsWith(params string[] words) =>
        words.Length <= Tokens.Count && words.Index().All(word => Tokens[word.Index].Is(word.Item));

    /// <summary>The name after the first words.</summary>
    public string? NameAt(int index) => Tokens.ElementAtOrDefault(index)?.Named;

    public SqlStatement Without(params string[] words) =>
        new([.. Tokens.Where(token => !Array.Exists(words, token.Is))]);

    /// <summary>Enough of it to be recognised, and never a literal, which may be the verifier of a password.</summary>
    public string Shown => Joined(Tokens.TakeWhile(token => token.Kind != SqlTokenKind.Text && !token.Is("WITH")).Take(8));

    private static string Joined(IEnumerable<SqlToken> tokens)
    {
        var text = new StringBuilder();
        foreach (var token in tokens)
        {
            var tight = token.Text is "," or "." or ")" or ";" || text.Length == 0 || text[^1] is '.' or '(';
            text.Append(tight ? "" : " ").Append(token.Text);
        }

        return text.ToString();
    }
}
