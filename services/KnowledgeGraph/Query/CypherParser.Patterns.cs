using System.Globalization;

namespace Platform.KnowledgeGraph.Query;

/// <summary>Patterns: nodes and relationships.</summary>
internal sealed partial class CypherParser
{
    private void ReadPatterns()
    {
        do
        {
            // p = (a)-->(b), also p = shortestPath((a)-[*..5]->(b)).
            if (Now.Kind == TokenKind.Name && _tokens[_at + 1].IsSymbol("="))
            {
                _variables[ReadName()] = Extent.List((2 * Admitted.MaxHops) + 1, 1);
                ExpectSymbol("=");
            }

            if (Now.IsWord("shortestPath") || Now.IsWord("allShortestPaths"))
            {
                _at++;
                ExpectSymbol("(");
                ReadPath(Admitted.MaxHops);
                ExpectSymbol(")");
            }
            else
            {
                ReadPath(Admitted.MaxHops);
            }
        }
        while (TakeSymbol(","));
    }

    /// <summary>A chain of nodes and relationships, each of variable length no longer than said; answers how many it has.</summary>
    private int ReadPath(int maxHops)
    {
        Enter();
        ReadNode();
        var hops = 0;
        while (Now.IsSymbol("-") || (Now.IsSymbol("<") && _tokens[_at + 1].IsSymbol("-")))
        {
            ReadRelationship(maxHops);
            ReadNode();
            hops++;
        }

        Leave();
        return hops;
    }

    private void ReadNode()
    {
        ExpectSymbol("(");
        if (Now.Kind == TokenKind.Name)
        {
            ReadName();
        }

        while (TakeSymbol(":"))
        {
            ReadAnyName();
        }

        if (Now.IsSymbol("{"))
        {
            ReadMap();
        }

        ExpectSymbol(")");
    }

    private void ReadRelationship(int maxHops)
    {
        var left = TakeSymbol("<");
        ExpectSymbol("-");
        if (TakeSymbol("["))
        {
            if (Now.Kind == TokenKind.Name)
            {
                ReadName();
            }

            if (TakeSymbol(":"))
            {
                do
                {
                    TakeSymbol(":");
                    ReadAnyName();
                }
                while (TakeSymbol("|"));
            }

            if (TakeSymbol("*"))
            {
                ReadHops(maxHops);
            }

            if (Now.IsSymbol("{"))
            {
                ReadMap();
            }

            ExpectSymbol("]");
        }

        ExpectSymbol("-");
        if (TakeSymbol(">") && left)
        {
            throw Unexpected("a relationship with one direction at most");
        }
    }

    /// <summary>
    /// <c>*2</c>, <c>*1..4</c>, <c>*..4</c>: the number of relationships must have an end. The store looks at its time limit only when it has
    /// found a path: so few paths may be too short, and inside an expression, where it never looks, all of them must be short.
    /// </summary>
    private void ReadHops(int maxHops)
    {
        var first = Now.Kind == TokenKind.Number;
        var lower = first ? ReadHopCount() : 1;
        var upper = first ? lower : int.MaxValue;
        if (TakeSymbol(".."))
        {
            upper = Now.Kind == TokenKind.Number ? ReadHopCount() : int.MaxValue;
        }

        if (upper > maxHops)
        {
            throw new QueryRefusedException(
                Refusal.TooExpensive,
                maxHops < Admitted.MaxHops
                    ? $"Inside an expression a relationship of variable length goes up to {maxHops}; use MATCH."
                    : $"A relationship of variable length needs an upper bound of at most {maxHops}, such as *1..4.");
        }

        if (lower > Admitted.MaxLeastHops)
        {
            throw new QueryRefusedException(Refusal.TooExpensive, $"The lower bound of a variable length is at most {Admitted.MaxLeastHops}; use WHERE length(path) > … .");
        }
    }

    private int ReadHopCount() => int.TryParse(Now.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
        ? Taken(count)
        : throw Unexpected("a number of relationships");

    private int Taken(int value)
    {
        _at++;
        return value;
    }
}
