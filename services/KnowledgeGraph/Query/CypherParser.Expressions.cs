namespace Platform.KnowledgeGraph.Query;

/// <summary>Expressions, by precedence: OR, XOR, AND, NOT, comparisons, + -, * / %, ^, unary, then what follows a value.</summary>
internal sealed partial class CypherParser
{
    private const int MaxSteps = 50_000;
    private static readonly string[] Comparisons = ["=", "<>", "<", ">", "<=", ">="];
    private int _steps;

    private void ReadExpression()
    {
        Enter();
        do
        {
            do
            {
                do
                {
                    while (TakeWord("NOT"))
                    {
                    }

                    ReadComparison();
                }
                while (TakeWord("AND"));
            }
            while (TakeWord("XOR"));
        }
        while (TakeWord("OR"));

        Leave();
    }

    private void ReadComparison()
    {
        ReadSum();
        while (true)
        {
            if (Array.Exists(Comparisons, TakeSymbol) || TakeWord("IN") || TakeWord("CONTAINS"))
            {
                ReadSum();
            }
            else if (TakeWord("STARTS") || TakeWord("ENDS"))
            {
                Expect(TakeWord("WITH"), "WITH");
                ReadSum();
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
                return;
            }
        }
    }

    private void ReadSum()
    {
        do
        {
            do
            {
                while (TakeSymbol("-") || TakeSymbol("+"))
                {
                }

                ReadValue();
            }
            while (TakeSymbol("*") || TakeSymbol("/") || TakeSymbol("%") || TakeSymbol("^"));
        }
        while (TakeSymbol("+") || TakeSymbol("-"));
    }

    private void ReadValue()
    {
        ReadAtom();
        while (true)
        {
            if (TakeSymbol("."))
            {
                ReadAnyName();
            }
            else if (TakeSymbol("["))
            {
                if (!Now.IsSymbol(".."))
                {
                    ReadExpression();
                }

                if (TakeSymbol("..") && !Now.IsSymbol("]"))
                {
                    ReadExpression();
                }

                ExpectSymbol("]");
            }
            else if (Now.IsSymbol(":") && _tokens[_at + 1].Kind == TokenKind.Name)
            {
                // n:Label as a condition.
                _at += 2;
            }
            else
            {
                return;
            }
        }
    }

    private void ReadAtom()
    {
        // Reading a parenthesis may look twice, and nested ones more often: an end to it.
        if (++_steps > MaxSteps)
        {
            throw new QueryRefusedException(Refusal.TooExpensive, "The query is too complicated.");
        }

        switch (Now.Kind)
        {
            case TokenKind.Text or TokenKind.Number:
                _at++;
                return;
            case TokenKind.Parameter:
                Parameters.Add(Now.Value);
                _at++;
                return;
            case TokenKind.Symbol when Now.Value == "[":
                ReadListOrComprehension();
                return;
            case TokenKind.Symbol when Now.Value == "{":
                ReadMap();
                return;
            case TokenKind.Symbol when Now.Value == "(":
                ReadParenthesis();
                return;
            case TokenKind.Name:
                ReadNamed();
                return;
            default:
                throw Unexpected("a value");
        }
    }

    private void ReadNamed()
    {
        if (TakeWord("NULL") || TakeWord("TRUE") || TakeWord("FALSE"))
        {
            return;
        }

        if (TakeWord("CASE"))
        {
            ReadCase();
            return;
        }

        if (!Now.Quoted && FunctionName() is { } function)
        {
            ReadFunction(function);
            return;
        }

        ReadName();
        if (Now.IsSymbol("{"))
        {
            ReadMapProjection();
        }
    }

    private void ReadCase()
    {
        if (!Now.IsWord("WHEN"))
        {
            ReadExpression();
        }

        Expect(Now.IsWord("WHEN"), "WHEN");
        while (TakeWord("WHEN"))
        {
            ReadExpression();
            Expect(TakeWord("THEN"), "THEN");
            ReadExpression();
        }

        if (TakeWord("ELSE"))
        {
            ReadExpression();
        }

        Expect(TakeWord("END"), "END");
    }

    /// <summary>Either an expression in parentheses, or a pattern such as <c>(a)-[:USES]->(b)</c>.</summary>
    private void ReadParenthesis()
    {
        var start = _at;
        var depth = _depth;
        try
        {
            if (ReadPath() > 0)
            {
                return;
            }
        }
        catch (QueryRefusedException refused) when (refused.Refusal == Refusal.Syntax)
        {
        }

        _at = start;
        _depth = depth;
        ExpectSymbol("(");
        ReadExpression();
        ExpectSymbol(")");
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
