namespace Platform.KnowledgeGraph.Query;

/// <summary>Lists, comprehensions, maps and projections of maps.</summary>
internal sealed partial class CypherParser
{
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
            ReadBody(ReadLoopList(), ReadComprehensionEnd);
        }
        else if (Now.Kind == TokenKind.Name && _tokens[_at + 1].IsSymbol("=") && _tokens[_at + 2].IsSymbol("("))
        {
            ReadName();
            ExpectSymbol("=");
            ReadPath();
            ReadBody(UnknownList, ReadComprehensionEnd);
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
                ReadBody(UnknownList, ReadComprehensionEnd);
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
}
