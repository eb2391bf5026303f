namespace Platform.ServiceDefaults.Semantics;

/// <summary>
/// Reads one query from its first word to its last, and admits it only where every part of it is known: SELECT over
/// published views, with functions, types and operators from fixed lists. What it cannot read it refuses.
/// </summary>
internal sealed class AdmitSql
{
    private static readonly string[] Operators = ["+", "-", "*", "/", "%", "=", "<", ">", "<=", ">=", "<>", "!=", "||", "and", "or"];
    private static readonly string[] SetOperations = ["union", "intersect", "except"];
    private static readonly string[] Joins = ["inner", "left", "right", "full", "cross", "natural", "join"];

    private readonly List<SqlToken> _tokens;
    private readonly IReadOnlySet<string> _views;
    private readonly HashSet<string> _used = [];
    private readonly HashSet<string> _named = [];
    private int _at;
    private int _depth;

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
        if (Take("with"))
        {
            Take("recursive");
            do
            {
                var name = Name("a name");
                _named.Add(name);
                Columns();
                Expect("as");
                if (Take("not") || Now.Is("materialized"))
                {
                    Expect("materialized");
                }

                Expect("(");
                Query();
                Expect(")");
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
            Source1();
            if (needsCondition)
            {
                Condition();
            }
        }

        _depth--;
    }

    /// <summary>What stands on the right of a join: without the joins after it, which go on with what was joined.</summary>
    private void Source1()
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

    private void Expressions()
    {
        do
        {
            Expression();
        }
        while (Take(","));
    }

    /// <summary>Operands with operators between; which bind closer is PostgreSQL's to know.</summary>
    private void Expression()
    {
        Deeper();
        Operand();
        while (true)
        {
            if (Array.Exists(Operators, Now.Is))
            {
                _at++;
                if (Take("any") || Take("all") || Take("some"))
                {
                    Expect("(");
                    Query();
                    Expect(")");
                }
                else
                {
                    Operand();
                }
            }
            else if (Take("is"))
            {
                _ = Take("not");
                if (Take("distinct"))
                {
                    Expect("from");
                    Operand();
                }
                else if (!TakeAny(["null", "true", "false", "unknown"]))
                {
                    throw Refused("NULL, TRUE or FALSE is missing");
                }
            }
            else if (Now.Is("in") || Now.Is("between") || Now.Is("like") || Now.Is("ilike")
                || (Now.Is("not") && (Next.Is("in") || Next.Is("between") || Next.Is("like") || Next.Is("ilike"))))
            {
                _ = Take("not");
                _at++;
                Operand();
            }
            else if (Now.Is("at") && Next.Is("time"))
            {
                _at += 2;
                Expect("zone");
                Operand();
            }
            else
            {
                break;
            }
        }

        _depth--;
    }

    private void Operand()
    {
        while (TakeAny(["not", "-", "+"]))
        {
        }

        switch (Now)
        {
            case { Kind: SqlKind.Number or SqlKind.Text }:
                _at++;
                break;
            case { Kind: SqlKind.Symbol, Value: "(" }:
                Parenthesis();
                break;
            case { Kind: SqlKind.Quoted }:
                Reference();
                break;
            case { Kind: SqlKind.Word }:
                Word();
                break;
            default:
                throw Refused("A value is missing");
        }

        while (Take("::"))
        {
            Type();
        }
    }

    private void Parenthesis()
    {
        Expect("(");
        if (Now.Is("select") || Now.Is("with") || Now.Is("values"))
        {
            Query();
        }
        else
        {
            Expressions();
        }

        Expect(")");
    }

    private void Word()
    {
        switch (Now.Value)
        {
            case "null" or "true" or "false" or "current_date" or "current_timestamp":
                _at++;
                break;
            case "exists":
                _at++;
                Expect("(");
                Query();
                Expect(")");
                break;
            case "case":
                Case();
                break;
            case "cast":
                _at++;
                Expect("(");
                Expression();
                Expect("as");
                Type();
                Expect(")");
                break;
            case "extract" when Next.Is("("):
                _at += 2;
                Name("a part of a time");
                Expect("from");
                Expression();
                Expect(")");
                break;
            case "date" or "timestamp" or "timestamptz" or "interval" when Next.Kind == SqlKind.Text:
                _at += 2;
                break;
            default:
                if (Next.Is("("))
                {
                    Function();
                }
                else
                {
                    Reference();
                }

                break;
        }
    }

    private void Case()
    {
        Expect("case");
        if (!Now.Is("when"))
        {
            Expression();
        }

        while (Take("when"))
        {
            Expression();
            Expect("then");
            Expression();
        }

        if (Take("else"))
        {
            Expression();
        }

        Expect("end");
    }

    private void Function()
    {
        if (!AdmittedSql.Functions.Contains(Now.Value))
        {
            throw Refused($"The function {(Now.Value.Length <= 60 ? Now.Value : Now.Value[..60])} is not admitted");
        }

        _at++;
        Expect("(");
        if (!Take("*") && !Now.Is(")"))
        {
            _ = Take("distinct") || Take("all");
            Expressions();
            OrderBy();
        }

        Expect(")");
        if (Take("filter"))
        {
            Expect("(");
            Expect("where");
            Expression();
            Expect(")");
        }

        if (Take("over"))
        {
            Expect("(");
            if (Take("partition"))
            {
                Expect("by");
                Expressions();
            }

            OrderBy();
            Expect(")");
        }
    }

    private void Reference()
    {
        Name("a column");
        if (Take("."))
        {
            if (!Take("*"))
            {
                Name("a column");
            }

            if (Now.Is(".") || Now.Is("("))
            {
                throw Refused("A column stands by its name, or by its view's and its own");
            }
        }
        else if (Now.Is("("))
        {
            throw Refused("A function stands without quotation marks");
        }
    }

    private void Type()
    {
        var name = Name("a type");
        if (!AdmittedSql.Types.Contains(name) && !(name == "double" && Now.Is("precision")))
        {
            throw Refused("The type is not admitted");
        }

        _ = Take("precision");
        if (Take("("))
        {
            do
            {
                if (Now.Kind != SqlKind.Number)
                {
                    throw Refused("A number is missing");
                }

                _at++;
            }
            while (Take(","));
            Expect(")");
        }
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
