namespace Platform.ServiceDefaults.Semantics;

/// <summary>
/// Reads one query from its first word to its last, and admits it only where every part of it is known: SELECT over
/// published views, with functions, types and operators from fixed lists. What it cannot read it refuses.
/// </summary>
internal sealed partial class AdmitSql
{
    private static readonly string[] SetOperations = ["union", "intersect", "except"];
    private static readonly string[] Joins = ["inner", "left", "right", "full", "cross", "natural", "join"];

    private readonly List<SqlToken> _tokens;
    private readonly IReadOnlySet<string> _views;
    private readonly HashSet<string> _used = [];
    private readonly List<string> _named = [];
    private int _at;
    private int _depth;
    private int _joinedTexts;

    private AdmitSql(List<SqlToken> tokens, IReadOnlySet<string> views) => (_tokens, _views) = (tokens, views);

    private SqlToken Now => _tokens[_at];

    private SqlToken Next => _tokens[Math.Min(_at + 1, _tokens.Count - 1)];

    /// <summary>The views that the query reads, and its text without a semicolon at its end.</summary>
    /// <exception cref="SqlRefusedException">It is not admitted.</exception>
    public static (IReadOnlySet<string> Views, string Sql) Run(string sql, IReadOnlySet<string> views)
    {
        if (sql.Length > AdmittedSql.MaxLength)
        {
            throw new SqlRefusedException($"A query must be at most {AdmittedSql.MaxLength} characters.");
        }

        var reader = new AdmitSql(SqlTokens.Read(sql), views);
        reader.Query();
        var end = reader.Now.At;
        reader.Take(";");
        return reader.Now.Kind == SqlKind.End ? (reader._used, sql[..end]) : throw reader.Refused("One query alone is admitted");
    }

    private void Query()
    {
        Deeper();
        var outside = _named.Count;
        if (Take("with"))
        {
            do
            {
                var name = Name("a name");
                Columns();
                Expect("as");
                if (Take("not") || Now.Is("materialized"))
                {
                    Expect("materialized");
                }

                Expect("(");
                Query();
                Expect(")");

                // Within itself, before it and outside its query the same name is a table of the server's own.
                _named.Add(name);
            }
            while (Take(","));
        }

        Select();
        while (TakeAny(SetOperations))
        {
            _ = Take("all") || Take("distinct");
            Select();
        }

        OrderBy();
        for (var i = 0; i < 2; i++)
        {
            if (Take("limit") && !Take("all"))
            {
                Expression();
            }

            if (Take("offset"))
            {
                Expression();
                _ = Take("row") || Take("rows");
            }
        }

        _named.RemoveRange(outside, _named.Count - outside);
        _depth--;
    }

    private void Select()
    {
        if (Take("("))
        {
            Query();
            Expect(")");
            return;
        }

        if (Take("values"))
        {
            do
            {
                Expect("(");
                Expressions();
                Expect(")");
            }
            while (Take(","));
            return;
        }

        Expect("select");
        if (Take("distinct") && Take("on"))
        {
            Expect("(");
            Expressions();
            Expect(")");
        }

        _ = Take("all");
        do
        {
            if (!Take("*"))
            {
                Expression();
                Alias();
            }
        }
        while (Take(","));

        if (Take("from"))
        {
            do
            {
                Source();
            }
            while (Take(","));
        }

        if (Take("where"))
        {
            Expression();
        }

        if (Take("group"))
        {
            Expect("by");
            Expressions();
        }

        if (Take("having"))
        {
            Expression();
        }
    }

    private void Source()
    {
        Deeper();
        if (Take("lateral") || Now.Is("("))
        {
            Expect("(");
            if (Now.Is("select") || Now.Is("with") || Now.Is("values") || Now.Is("("))
            {
                Query();
            }
            else
            {
                Source();
            }

            Expect(")");
        }
        else
        {
            View();
        }

        Alias();
        Columns();
        while (Array.Exists(Joins, Now.Is))
        {
            var needsCondition = !Now.Is("cross") && !Now.Is("natural");
            while (!Now.Is("join"))
            {
                if (!TakeAny(Joins) && !Take("outer"))
                {
                    throw Refused("JOIN is missing");
                }
            }

            Expect("join");
            Joined();
            if (needsCondition)
            {
                Condition();
            }
        }

        _depth--;
    }

    /// <summary>What stands on the right of a join: without the joins after it, which go on with what was joined.</summary>
    private void Joined()
    {
        if (Take("lateral") || Now.Is("("))
        {
            Expect("(");
            Query();
            Expect(")");
        }
        else
        {
            View();
        }

        Alias();
        Columns();
    }

    private void Condition()
    {
        if (Take("using"))
        {
            Columns();
            return;
        }

        Expect("on");
        Expression();
    }

    private void View()
    {
        var name = Name("a view");
        if (Now.Is(".") || Now.Is("("))
        {
            throw Refused("A view stands by its name alone, and functions are no views");
        }

        if (_views.Contains(name))
        {
            _used.Add(name);
        }
        else if (!_named.Contains(name))
        {
            throw Refused($"There is no view \"{(name.Length <= 60 ? name : name[..60])}\"; there are {string.Join(", ", _views.Order(StringComparer.Ordinal))}");
        }
    }

    private void Alias()
    {
        if (Take("as"))
        {
            _ = Now.Kind is SqlKind.Word or SqlKind.Quoted ? Name("a name", reserved: true) : throw Refused("A name is missing");
        }
        else if (Now.Kind == SqlKind.Quoted || (Now.Kind == SqlKind.Word && !AdmittedSql.Reserved.Contains(Now.Value)))
        {
            _at++;
        }
    }

    private void Columns()
    {
        if (!Now.Is("("))
        {
            return;
        }

        Expect("(");
        do
        {
            Name("a column");
        }
        while (Take(","));
        Expect(")");
    }

    private void OrderBy()
    {
        if (!Take("order"))
        {
            return;
        }

        Expect("by");
        do
        {
            Expression();
            _ = Take("asc") || Take("desc");
            if (Take("nulls") && !Take("first"))
            {
                Expect("last");
            }
        }
        while (Take(","));
    }

    private string Name(string what, bool reserved = false)
    {
        if (Now.Kind != SqlKind.Quoted && (Now.Kind != SqlKind.Word || (!reserved && AdmittedSql.Reserved.Contains(Now.Value))))
        {
            throw Refused($"{char.ToUpperInvariant(what[0])}{what[1..]} is missing");
        }

        var name = Now.Value;
        _at++;
        return name;
    }

    private bool Take(string value)
    {
        if (!Now.Is(value))
        {
            return false;
        }

        _at++;
        return true;
    }

    private bool TakeAny(string[] values) => Array.Exists(values, Take);

    private void Expect(string value)
    {
        if (!Take(value))
        {
            throw Refused($"{value.ToUpperInvariant()} is missing");
        }
    }

    private void Deeper()
    {
        if (++_depth > AdmittedSql.MaxDepth)
        {
            throw Refused("It is nested too deeply");
        }
    }

    private SqlRefusedException Refused(string why) => new($"{why} (at {Now.At}).");
}
