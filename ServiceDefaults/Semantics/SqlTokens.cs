namespace Platform.ServiceDefaults.Semantics;

/// <summary>What a piece of SQL is.</summary>
internal enum SqlKind
{
    Word,
    Quoted,
    Text,
    Number,
    Symbol,
    End,
}

/// <summary>A piece of SQL; words in lower case.</summary>
internal readonly record struct SqlToken(SqlKind Kind, string Value, int At)
{
    public bool Is(string value) => Kind is SqlKind.Word or SqlKind.Symbol && Value == value;
}

/// <summary>
/// Cuts SQL into pieces as PostgreSQL does, for what of it is admitted: no comments, no escapes, no dollar quotes and no
/// parameters, so that nothing can look otherwise here than there.
/// </summary>
internal static class SqlTokens
{
    private static readonly string[] Symbols = ["::", "<=", ">=", "<>", "!=", "||", "(", ")", ",", ".", "+", "-", "*", "/", "%", "=", "<", ">", "[", "]", ";"];

    /// <exception cref="SqlRefusedException">Something is not admitted.</exception>
    public static List<SqlToken> Read(string sql)
    {
        var tokens = new List<SqlToken>();
        for (var at = 0; at < sql.Length;)
        {
            var c = sql[at];
            if (c is ' ' or '\t' or '\r' or '\n')
            {
                at++;
                continue;
            }

            var token = char.IsAsciiLetter(c) || c == '_' ? Word(sql, at)
                : char.IsAsciiDigit(c) ? Number(sql, at)
                : c is '\'' or '"' ? Quoted(sql, at, c)
                : Symbol(sql, at);
            at = token.End;
            // B'…', E'…', N'…', U&'…' and X'…' are texts of other kinds.
            if (token.Token.Kind == SqlKind.Word && at < sql.Length && sql[at] is '\'' or '"' or '&')
            {
                throw new SqlRefusedException($"Texts with a prefix are not admitted (at {at}).");
            }

            tokens.Add(token.Token);
        }

        tokens.Add(new SqlToken(SqlKind.End, "", sql.Length));
        return tokens;
    }

    private static (SqlToken Token, int End) Word(string sql, int at)
    {
        var end = at;
        while (end < sql.Length && (char.IsAsciiLetterOrDigit(sql[end]) || sql[end] == '_'))
        {
            end++;
        }

        return (new SqlToken(SqlKind.Word, sql[at..end].ToLowerInvariant(), at), end);
    }

    private static (SqlToken Token, int End) Number(string sql, int at)
    {
        var end = at;
        while (end < sql.Length && (char.IsAsciiDigit(sql[end]) || (sql[end] == '.' && !sql[at..end].Contains('.', StringComparison.Ordinal))))
        {
            end++;
        }

        return end < sql.Length && (char.IsAsciiLetter(sql[end]) || sql[end] is '_' or '$' or '.')
            ? throw new SqlRefusedException($"A number must stand by itself (at {at}).")
            : (new SqlToken(SqlKind.Number, sql[at..end], at), end);
    }

    private static (SqlToken Token, int End) Quoted(string sql, int at, char mark)
    {
        for (var end = at + 1; end < sql.Length; end++)
        {
            if (sql[end] is '\0' or '\\')
            {
                break;
            }

            if (sql[end] != mark)
            {
                continue;
            }

            if (end + 1 < sql.Length && sql[end + 1] == mark)
            {
                end++;
                continue;
            }

            var inner = sql[(at + 1)..end].Replace(new string(mark, 2), new string(mark, 1), StringComparison.Ordinal);
            return (new SqlToken(mark == '"' ? SqlKind.Quoted : SqlKind.Text, inner, at), end + 1);
        }

        throw new SqlRefusedException($"A text has no end, or a backslash in it (at {at}).");
    }

    private static (SqlToken Token, int End) Symbol(string sql, int at)
    {
        if (sql.AsSpan(at).StartsWith("--") || sql.AsSpan(at).StartsWith("/*"))
        {
            throw new SqlRefusedException($"Comments are not admitted (at {at}).");
        }

        foreach (var symbol in Symbols)
        {
            if (sql.AsSpan(at).StartsWith(symbol))
            {
                return (new SqlToken(SqlKind.Symbol, symbol, at), at + symbol.Length);
            }
        }

        throw new SqlRefusedException($"'{(char.IsControl(sql[at]) || char.IsSurrogate(sql[at]) ? '?' : sql[at])}' is not admitted (at {at}).");
    }
}

/// <summary>A query that is not admitted, with why.</summary>
internal sealed class SqlRefusedException(string message) : Exception(message);
