using System.Globalization;

namespace Platform.KnowledgeGraph.Query;

/// <summary>Expressions, by precedence: OR, XOR, AND, NOT, comparisons, + -, * / %, ^, unary, then what follows a value.</summary>
internal sealed partial class CypherParser
{
    private const int MaxRange = 1_000_000;
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

    /// <summary>The name before an opening parenthesis, which dots may be part of; null where there is none.</summary>
    private string? FunctionName()
    {
        var at = _at;
        while (_tokens[at + 1].IsSymbol(".") && _tokens[at + 2].Kind == TokenKind.Name && !_tokens[at + 2].Quoted)
        {
            at += 2;
        }

        return _tokens[at + 1].IsSymbol("(") ? string.Concat(_tokens.Skip(_at).Take(at + 1 - _at).Select(t => t.Value)) : null;
    }

    private void ReadFunction(string name)
    {
        var lower = name.ToLowerInvariant();
        if (lower is "exists" && _tokens[_at + 1].IsSymbol("{"))
        {
            throw new QueryRefusedException(Refusal.Syntax, "EXISTS { … } is not supported; use a pattern in WHERE.");
        }

        if (!Admitted.Functions.Contains(lower))
        {
            throw new QueryRefusedException(Refusal.NotAllowed, $"The function {name} is not allowed.");
        }

        _at += name.Count(c => c == '.') * 2 + 1;
        ExpectSymbol("(");
        switch (lower)
        {
            case "count" when TakeSymbol("*"):
                ExpectSymbol(")");
                return;
            case "shortestpath" or "allshortestpaths":
                ReadPath();
                ExpectSymbol(")");
                return;
            case "any" or "all" or "none" or "single" when _tokens[_at + 1].IsWord("IN"):
                ReadName();
                _at++;
                ReadExpression();
                if (TakeWord("WHERE"))
                {
                    ReadExpression();
                }

                ExpectSymbol(")");
                return;
            case "reduce":
                ReadReduce();
                return;
            case "range":
                CheckRange();
                break;
        }

        TakeWord("DISTINCT");
        ReadList(")");
    }

    private void ReadReduce()
    {
        ReadName();
        ExpectSymbol("=");
        ReadExpression();
        ExpectSymbol(",");
        ReadName();
        Expect(TakeWord("IN"), "IN");
        ReadExpression();
        ExpectSymbol("|");
        ReadExpression();
        ExpectSymbol(")");
    }

    /// <summary>The store makes a range as a whole and cannot be interrupted while it does.</summary>
    private void CheckRange()
    {
        for (var at = _at; !_tokens[at].IsSymbol(")") && _tokens[at].Kind != TokenKind.End; at++)
        {
            if (_tokens[at].Kind == TokenKind.Number && double.Parse(_tokens[at].Value, CultureInfo.InvariantCulture) > MaxRange)
            {
                throw new QueryRefusedException(Refusal.TooExpensive, $"A range goes up to {MaxRange}.");
            }
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

    /// <summary><c>[1, 2]</c>, <c>[x IN list WHERE … | …]</c> or <c>[(a)-->(b) WHERE … | …]</c>.</summary>
    private void ReadListOrComprehension()
    {
        Enter();
        ExpectSymbol("[");
        if (Now.Kind == TokenKind.Name && _tokens[_at + 1].IsWord("IN"))
        {
            // [x IN list] is read as a comprehension, as the store does.
            ReadName();
            _at++;
            ReadExpression();
            ReadComprehensionEnd();
        }
        else if (Now.Kind == TokenKind.Name && _tokens[_at + 1].IsSymbol("=") && _tokens[_at + 2].IsSymbol("("))
        {
            ReadName();
            ExpectSymbol("=");
            ReadPath();
            ReadComprehensionEnd();
        }
        else
        {
            ReadItems();
        }

        Leave();
    }

    private void ReadItems()
    {
        if (!Now.IsSymbol("]"))
        {
            ReadExpression();
            if (Now.IsWord("WHERE") || Now.IsSymbol("|"))
            {
                ReadComprehensionEnd();
                return;
            }

            while (TakeSymbol(","))
            {
                ReadExpression();
            }
        }

        ExpectSymbol("]");
    }

    private void ReadComprehensionEnd()
    {
        if (TakeWord("WHERE"))
        {
            ReadExpression();
        }

        if (TakeSymbol("|"))
        {
            ReadExpression();
        }

        ExpectSymbol("]");
    }

    private void ReadMap()
    {
        Enter();
        ExpectSymbol("{");
        if (!Now.IsSymbol("}"))
        {
            do
            {
                ReadAnyName();
                ExpectSymbol(":");
                ReadExpression();
            }
            while (TakeSymbol(","));
        }

        ExpectSymbol("}");
        Leave();
    }

    /// <summary><c>n {.name, .*, other: x}</c></summary>
    private void ReadMapProjection()
    {
        ExpectSymbol("{");
        if (!Now.IsSymbol("}"))
        {
            do
            {
                if (TakeSymbol("."))
                {
                    if (!TakeSymbol("*"))
                    {
                        ReadAnyName();
                    }

                    continue;
                }

                ReadAnyName();
                if (TakeSymbol(":"))
                {
                    ReadExpression();
                }
            }
            while (TakeSymbol(","));
        }

        ExpectSymbol("}");
    }

    private void ReadList(string end)
    {
        if (!Now.IsSymbol(end))
        {
            do
            {
                ReadExpression();
            }
            while (TakeSymbol(","));
        }

        ExpectSymbol(end);
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
