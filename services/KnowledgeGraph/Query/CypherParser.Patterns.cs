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
                ReadName();
                ExpectSymbol("=");
            }

            if (Now.IsWord("shortestPath") || Now.IsWord("allShortestPaths"))
            {
                _at++;
                ExpectSymbol("(");
                ReadPath();
                ExpectSymbol(")");
            }
            else
            {
                ReadPath();
            }
        }
        while (TakeSymbol(","));
    }

    /// <summary>A chain of nodes and relationships; answers how many relationships it has.</summary>
    private int ReadPath()
    {
        Enter();
        ReadNode();
        var hops = 0;
        while (Now.IsSymbol("-") || (Now.IsSymbol("<") && _tokens[_at + 1].IsSymbol("-")))
        {
            ReadRelationship();
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

    private void ReadRelationship()
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
                ReadHops();
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

    /// <summary><c>*2</c>, <c>*1..4</c>, <c>*..4</c>: the number of relationships must have an end.</summary>
    private void ReadHops()
    {
        var first = Now.Kind == TokenKind.Number;
        var upper = first ? ReadHopCount() : 0;
        if (TakeSymbol(".."))
        {
            upper = Now.Kind == TokenKind.Number ? ReadHopCount() : int.MaxValue;
        }
        else if (!first)
        {
            upper = int.MaxValue;
        }

        if (upper > Admitted.MaxHops)
        {
            throw new QueryRefusedException(
                Refusal.TooExpensive, $"A relationship of variable length needs an upper bound of at most {Admitted.MaxHops}, such as *1..4.");
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
