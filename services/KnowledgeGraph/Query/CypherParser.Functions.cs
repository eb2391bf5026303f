namespace Platform.KnowledgeGraph.Query;

/// <summary>Calls of functions: only the admitted ones, and no range that the store could not interrupt.</summary>
internal sealed partial class CypherParser
{
    public const int MaxRange = 1_000_000;

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
                ReadBody(ReadLoopList(), () =>
                {
                    if (TakeWord("WHERE"))
                    {
                        ReadExpression();
                    }
                });
                ExpectSymbol(")");
                return;
            case "reduce":
                ReadReduce();
                return;
            case "range":
                CheckRange();
                break;
            case "replace":
                CheckReplace();
                break;
        }

        TakeWord("DISTINCT");
        ReadList(")");
    }
}
