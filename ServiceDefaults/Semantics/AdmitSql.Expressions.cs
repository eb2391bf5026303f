namespace Platform.ServiceDefaults.Semantics;

/// <summary>Values, operators, functions and types.</summary>
internal sealed partial class AdmitSql
{
    private static readonly string[] Operators = ["+", "-", "*", "/", "%", "=", "<", ">", "<=", ">=", "<>", "!=", "||", "and", "or"];

    private int Expressions()
    {
        var count = 0;
        do
        {
            Expression();
            count++;
        }
        while (Take(","));
        return count;
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
                JoinTexts(Now.Is("||") ? 2 : 0);
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

        var joinsTexts = Now.Value is "concat" or "concat_ws";
        _at++;
        Expect("(");
        if (!Take("*") && !Now.Is(")"))
        {
            _ = Take("distinct") || Take("all");
            var arguments = Expressions();
            JoinTexts(joinsTexts ? arguments : 0);
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

    /// <summary>Texts that are made of texts may double with each step.</summary>
    private void JoinTexts(int count)
    {
        if ((_joinedTexts += count) > AdmittedSql.MaxJoinedTexts)
        {
            throw Refused($"At most {AdmittedSql.MaxJoinedTexts} texts are joined in a query");
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
}
