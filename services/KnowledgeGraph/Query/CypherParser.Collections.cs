namespace Platform.KnowledgeGraph.Query;

/// <summary>Lists, comprehensions, maps and projections of maps.</summary>
internal sealed partial class CypherParser
{
    /// <summary><c>[1, 2]</c>, <c>[x IN list WHERE … | …]</c> or <c>[(a)-->(b) WHERE … | …]</c>.</summary>
    private Extent ReadListOrComprehension()
    {
        Enter();
        ExpectSymbol("[");
        Extent result;
        if (Now.Kind == TokenKind.Name && _tokens[_at + 1].IsWord("IN"))
        {
            // [x IN list] is read as a comprehension, as the store does.
            var item = ReadName();
            _at++;
            var list = ReadExpression();
            Extent? each = null;
            ReadBody(item, list, () => (each = ReadComprehensionEnd(item)) ?? Extent.One);
            result = each is { Cells: var cells } ? Extent.List(list.Items, cells) : list with { IsList = true };
            Make(result.Cells - list.Cells);
        }
        else if (Now.Kind == TokenKind.Name && _tokens[_at + 1].IsSymbol("=") && _tokens[_at + 2].IsSymbol("("))
        {
            var path = ReadName();
            ExpectSymbol("=");
            ReadPath(Admitted.MaxHopsInExpression);
            result = ReadPatternEnd(path);
        }
        else
        {
            result = ReadItems();
        }

        Leave();
        return result;
    }

    private Extent ReadItems()
    {
        var items = new List<Extent>();
        if (!Now.IsSymbol("]"))
        {
            items.Add(ReadExpression());
            if (Now.IsWord("WHERE") || Now.IsSymbol("|"))
            {
                return ReadPatternEnd(null);
            }

            while (TakeSymbol(","))
            {
                items.Add(ReadExpression());
            }
        }

        ExpectSymbol("]");
        return Made(Extent.ListOf(items), Largest(items));
    }

    /// <summary>What is made of each match of a pattern is made row by row, with a look at the limits in between, unless a loop is around it.</summary>
    private Extent ReadPatternEnd(string? path)
    {
        var matches = _times > 1 ? Extent.List(UnknownList, 1) : Extent.One;
        return Extent.CollectionOf(ReadBody(null, matches, () => ReadWith(path, Extent.List(Admitted.MaxHops, 1), () => ReadComprehensionEnd(null) ?? Extent.One)));
    }

    /// <summary>The value for each item; null where it is the item itself.</summary>
    private Extent? ReadComprehensionEnd(string? item)
    {
        if (TakeWord("WHERE"))
        {
            ReadExpression();
        }

        Extent? each = null;
        if (TakeSymbol("|"))
        {
            var start = _at;
            var value = ReadExpression();
            each = _at == start + 1 && _tokens[start].Kind == TokenKind.Name && _tokens[start].Value == item ? null : value;
        }

        ExpectSymbol("]");
        return each;
    }

    private Extent ReadMap()
    {
        Enter();
        ExpectSymbol("{");
        var values = new List<Extent>();
        if (!Now.IsSymbol("}"))
        {
            do
            {
                ReadAnyName();
                ExpectSymbol(":");
                values.Add(ReadExpression());
            }
            while (TakeSymbol(","));
        }

        ExpectSymbol("}");
        Leave();
        return Made(Extent.Whole(1 + values.Sum(v => v.Cells)), Largest(values));
    }

    /// <summary><c>n {.name, .*, other: x}</c></summary>
    private Extent ReadMapProjection(Extent of)
    {
        ExpectSymbol("{");
        var values = new List<Extent>();
        if (!Now.IsSymbol("}"))
        {
            do
            {
                if (TakeSymbol("."))
                {
                    if (TakeSymbol("*"))
                    {
                        values.Add(Extent.Whole(Math.Max(of.Cells, 10 * Extent.Stored.Cells)));
                    }
                    else
                    {
                        ReadAnyName();
                        values.Add(PropertyOf(of));
                    }

                    continue;
                }

                var name = ReadAnyName();
                values.Add(TakeSymbol(":") ? ReadExpression() : VariableExtent(name));
            }
            while (TakeSymbol(","));
        }

        ExpectSymbol("}");
        return Made(Extent.Whole(1 + values.Sum(v => v.Cells)), Largest(values));
    }

    private List<Extent> ReadList(string end)
    {
        var items = new List<Extent>();
        if (!Now.IsSymbol(end))
        {
            do
            {
                items.Add(ReadExpression());
            }
            while (TakeSymbol(","));
        }

        ExpectSymbol(end);
        return items;
    }
}
