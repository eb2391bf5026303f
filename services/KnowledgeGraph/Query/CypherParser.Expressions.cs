namespace Platform.KnowledgeGraph.Query;

/// <summary>Expressions, by precedence: OR, XOR, AND, NOT, comparisons, + -, * / %, ^, unary, then what follows a value.</summary>
internal sealed partial class CypherParser
{
    private const int MaxSteps = 50_000;
    private static readonly string[] Comparisons = ["=", "<>", "<", ">", "<=", ">="];
    private int _steps;

    private Extent ReadExpression()
    {
        Enter();
        var (parts, last) = (0, Extent.One);
        do
        {
            do
            {
                do
                {
                    while (TakeWord("NOT"))
                    {
                        parts++;
                    }

                    last = ReadComparison();
                    parts++;
                }
                while (TakeWord("AND"));
            }
            while (TakeWord("XOR"));
        }
        while (TakeWord("OR"));

        Leave();
        return parts == 1 ? last : Extent.One;
    }

    private Extent ReadComparison()
    {
        var left = ReadSum();
        while (true)
        {
            if (Array.Exists(Comparisons, TakeSymbol) || TakeWord("IN") || TakeWord("CONTAINS"))
            {
                Work(left.Cells + ReadSum().Cells);
            }
            else if (TakeWord("STARTS") || TakeWord("ENDS"))
            {
                Expect(TakeWord("WITH"), "WITH");
                Work(ReadSum().Cells);
            }
            else if (TakeWord("IS"))
            {
                TakeWord("NOT");
                Expect(TakeWord("NULL"), "NULL");
            }
            else if (Now.IsSymbol("=~"))
            {
                throw new QueryRefusedException(Refusal.NotAllowed, "Regular expressions are not allowed; use STARTS WITH, CONTAINS or the full-text index.");
            }
            else
            {
                return left;
            }

            left = Extent.One;
        }
    }

    /// <summary>Of all operators only + makes texts and lists.</summary>
    private Extent ReadSum()
    {
        var sum = ReadProduct();
        while (TakeSymbol("+") || TakeSymbol("-"))
        {
            var next = ReadProduct();
            sum = Made(sum + next, Math.Max(sum.Cells, next.Cells));
        }

        return sum;
    }

    private Extent ReadProduct()
    {
        var (factors, last) = (0, Extent.One);
        do
        {
            while (TakeSymbol("-") || TakeSymbol("+"))
            {
            }

            last = ReadValue();
            factors++;
        }
        while (TakeSymbol("*") || TakeSymbol("/") || TakeSymbol("%") || TakeSymbol("^"));

        return factors == 1 ? last : Extent.One;
    }

    private Extent ReadValue()
    {
        var value = ReadAtom();
        while (true)
        {
            if (TakeSymbol("."))
            {
                ReadAnyName();
                value = PropertyOf(value);
            }
            else if (TakeSymbol("["))
            {
                value = ReadPart(value);
            }
            else if (Now.IsSymbol(":") && _tokens[_at + 1].Kind == TokenKind.Name)
            {
                // n:Label as a condition.
                _at += 2;
                value = Extent.One;
            }
            else
            {
                return value;
            }
        }
    }

    /// <summary><c>[0]</c>, <c>['name']</c> or <c>[1..3]</c>, behind its opening bracket.</summary>
    private Extent ReadPart(Extent value)
    {
        if (!Now.IsSymbol(".."))
        {
            ReadExpression();
        }

        var isSlice = TakeSymbol("..");
        if (isSlice && !Now.IsSymbol("]"))
        {
            ReadExpression();
        }

        ExpectSymbol("]");
        if (isSlice)
        {
            Work(value.Cells);
            return value;
        }

        return value.IsList ? value.Unwound : PropertyOf(value);
    }

    /// <summary>Of an entity it is something stored; of a map, it may be nearly all of it.</summary>
    private static Extent PropertyOf(Extent value) => value == Extent.One ? Extent.Stored : Extent.Stored | Extent.Whole(value.Cells);

    private Extent ReadAtom()
    {
        // Reading a parenthesis may look twice, and nested ones more often: an end to it.
        if (++_steps > MaxSteps)
        {
            throw new QueryRefusedException(Refusal.TooExpensive, "The query is too complicated.");
        }

        Work(1);
        switch (Now.Kind)
        {
            case TokenKind.Text:
                return Extent.Whole(Math.Max(1, _tokens[_at++].Value.Length));
            case TokenKind.Number:
                _at++;
                return Extent.One;
            case TokenKind.Parameter:
                Parameters.Add(Now.Value);
                return ParameterExtent(_tokens[_at++].Value);
            case TokenKind.Symbol when Now.Value == "[":
                return ReadListOrComprehension();
            case TokenKind.Symbol when Now.Value == "{":
                return ReadMap();
            case TokenKind.Symbol when Now.Value == "(":
                return ReadParenthesis();
            case TokenKind.Name:
                return ReadNamed();
            default:
                throw Unexpected("a value");
        }
    }

    private Extent ReadNamed()
    {
        if (TakeWord("NULL") || TakeWord("TRUE") || TakeWord("FALSE"))
        {
            return Extent.One;
        }

        if (TakeWord("CASE"))
        {
            return ReadCase();
        }

        if (!Now.Quoted && FunctionName() is { } function)
        {
            return ReadFunction(function);
        }

        var value = VariableExtent(ReadName());
        return Now.IsSymbol("{") ? ReadMapProjection(value) : value;
    }

    private Extent ReadCase()
    {
        if (!Now.IsWord("WHEN"))
        {
            ReadExpression();
        }

        Expect(Now.IsWord("WHEN"), "WHEN");
        var value = Extent.One;
        while (TakeWord("WHEN"))
        {
            ReadExpression();
            Expect(TakeWord("THEN"), "THEN");
            value |= ReadExpression();
        }

        if (TakeWord("ELSE"))
        {
            value |= ReadExpression();
        }

        Expect(TakeWord("END"), "END");
        return value;
    }

    /// <summary>Either an expression in parentheses, or a pattern such as <c>(a)-[:USES]->(b)</c>.</summary>
    private Extent ReadParenthesis()
    {
        var (start, depth, work, made) = (_at, _depth, _work, _made);
        try
        {
            if (ReadPath(Admitted.MaxHopsInExpression) > 0)
            {
                return Extent.One;
            }
        }
        catch (QueryRefusedException refused) when (refused.Refusal == Refusal.Syntax)
        {
        }

        (_at, _depth, _work, _made) = (start, depth, work, made);
        ExpectSymbol("(");
        var value = ReadExpression();
        ExpectSymbol(")");
        return value;
    }

    private void Enter()
    {
        if (++_depth > Admitted.MaxDepth)
        {
            throw new QueryRefusedException(Refusal.TooExpensive, "The query is nested too deeply.");
        }
    }

    private void Leave() => _depth--;
}
