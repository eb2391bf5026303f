namespace Platform.KnowledgeGraph.Query;

/// <summary>
/// Reads a query clause by clause and admits what only reads: MATCH, OPTIONAL MATCH, WHERE, WITH, UNWIND, RETURN with ORDER
/// BY, SKIP and LIMIT, UNION, and CALL of listed procedures. Anything else is refused, so that what the store may learn to
/// do in a later version is refused until it is admitted here.
/// </summary>
internal sealed partial class CypherParser
{
    private readonly IReadOnlyList<CypherToken> _tokens;
    private int _at;
    private int _depth;

    private CypherParser(IReadOnlyList<CypherToken> tokens) => _tokens = tokens;

    /// <summary>Names of the parameters that the query uses.</summary>
    private HashSet<string> Parameters { get; } = [];

    /// <summary>Those of them that are ends of ranges: they must not be large.</summary>
    private HashSet<string> Ranged { get; } = [];

    /// <summary>Where the row limit goes: the token before which it is put, or that it replaces.</summary>
    private List<RowLimit> Limits { get; } = [];

    private CypherToken Now => _tokens[_at];

    /// <summary>Checks a query.</summary>
    /// <exception cref="QueryRefusedException">It is not admitted.</exception>
    public static ParsedQuery Parse(string query)
    {
        if (query.Length > Admitted.MaxLength)
        {
            throw new QueryRefusedException(Refusal.TooExpensive, $"A query has at most {Admitted.MaxLength} characters.");
        }

        var parser = new CypherParser(CypherTokenizer.Read(query));
        var plan = parser.TakeWord("EXPLAIN") ? PlanWanted.Explain : parser.TakeWord("PROFILE") ? PlanWanted.Profile : PlanWanted.None;
        var start = parser._at;
        var union = parser.ReadQuery();
        return new ParsedQuery([.. parser._tokens.Skip(start)], parser.Parameters, union ? [] : [.. parser.Limits.Select(l => l with { Token = l.Token - start })], plan) { Ranged = parser.Ranged };
    }

    private bool ReadQuery()
    {
        var union = false;
        ReadSingle();
        while (TakeWord("UNION"))
        {
            union = true;
            TakeWord("ALL");
            ReadSingle();
        }

        TakeSymbol(";");
        return Now.Kind == TokenKind.End ? union : throw Unexpected("the end of the query");
    }

    private void ReadSingle()
    {
        var called = false;
        while (true)
        {
            if (TakeWord("MATCH"))
            {
                ReadMatch();
            }
            else if (TakeWord("OPTIONAL"))
            {
                Expect(TakeWord("MATCH"), "MATCH");
                ReadMatch();
            }
            else if (TakeWord("UNWIND"))
            {
                ReadExpression();
                ReadAlias();
            }
            else if (TakeWord("WITH"))
            {
                ReadProjection(isReturn: false);
            }
            else if (TakeWord("RETURN"))
            {
                ReadProjection(isReturn: true);
                return;
            }
            else if (TakeWord("CALL"))
            {
                ReadCall();
                called = true;
            }
            else if (called && (Now.Kind == TokenKind.End || Now.IsSymbol(";")))
            {
                // A procedure may stand alone, without RETURN.
                return;
            }
            else
            {
                throw Now.Kind == TokenKind.Name && !Now.Quoted && Admitted.Forbidden.Contains(Now.Value.ToLowerInvariant())
                    ? new QueryRefusedException(Refusal.NotAllowed, $"{Now.Value.ToUpperInvariant()} is not allowed: queries only read. Write through /nodes and /relationships.")
                    : Unexpected("a clause such as MATCH, WITH, UNWIND or RETURN");
            }
        }
    }

    private void ReadMatch()
    {
        ReadPatterns();
        if (TakeWord("WHERE"))
        {
            ReadExpression();
        }
    }

    private void ReadProjection(bool isReturn)
    {
        TakeWord("DISTINCT");
        do
        {
            if (!TakeSymbol("*"))
            {
                ReadExpression();
                if (Now.IsWord("AS"))
                {
                    ReadAlias();
                }
            }
        }
        while (TakeSymbol(","));

        if (TakeWord("ORDER"))
        {
            Expect(TakeWord("BY"), "BY");
            do
            {
                ReadExpression();
                _ = TakeWord("ASC") || TakeWord("ASCENDING") || TakeWord("DESC") || TakeWord("DESCENDING");
            }
            while (TakeSymbol(","));
        }

        if (TakeWord("SKIP"))
        {
            ReadExpression();
        }

        ReadLimit(isReturn);
        if (!isReturn && TakeWord("WHERE"))
        {
            ReadExpression();
        }
    }

    private void ReadLimit(bool isReturn)
    {
        if (!TakeWord("LIMIT"))
        {
            if (isReturn)
            {
                Limits.Add(new RowLimit(_at, Replaces: false));
            }

            return;
        }

        var start = _at;
        ReadExpression();
        if (isReturn && _at == start + 1 && _tokens[start].Kind == TokenKind.Number && double.Parse(_tokens[start].Value, System.Globalization.CultureInfo.InvariantCulture) > int.MaxValue / 2)
        {
            throw new QueryRefusedException(Refusal.TooExpensive, "The LIMIT is too high.");
        }

        if (isReturn && _at == start + 1 && _tokens[start].Kind == TokenKind.Number)
        {
            Limits.Add(new RowLimit(start, Replaces: true));
        }
    }

    private void ReadCall()
    {
        if (Now.IsSymbol("{") || Now.IsSymbol("("))
        {
            throw new QueryRefusedException(Refusal.NotAllowed, "Sub-queries by CALL { … } are not allowed.");
        }

        var start = Now;
        var name = ReadDottedName();
        if (!Admitted.Procedures.TryGetValue(name.ToLowerInvariant(), out var known) || known != name)
        {
            throw new QueryRefusedException(
                Refusal.NotAllowed,
                known is null ? $"The procedure {name} is not allowed. Allowed are: {string.Join(", ", Admitted.Procedures.Values.Order(StringComparer.Ordinal))}." : $"The procedure {start.Value} is spelled {known}.");
        }

        if (TakeSymbol("("))
        {
            ReadList(")");
        }

        if (TakeWord("YIELD"))
        {
            do
            {
                ReadName();
                if (Now.IsWord("AS"))
                {
                    ReadAlias();
                }
            }
            while (TakeSymbol(","));

            if (TakeWord("WHERE"))
            {
                ReadExpression();
            }
        }
    }

    private void ReadAlias()
    {
        Expect(TakeWord("AS"), "AS");
        ReadName();
    }

    private string ReadDottedName()
    {
        var name = ReadName();
        while (TakeSymbol("."))
        {
            name += "." + ReadName();
        }

        return name;
    }

    private string ReadName()
    {
        if (Now.Kind != TokenKind.Name || (!Now.Quoted && Admitted.Reserved.Contains(Now.Value.ToLowerInvariant())))
        {
            throw Unexpected("a name");
        }

        return _tokens[_at++].Value;
    }

    /// <summary>A name after a dot, a colon or in a map: there keywords are names too.</summary>
    private string ReadAnyName() => Now.Kind == TokenKind.Name ? _tokens[_at++].Value : throw Unexpected("a name");

    private bool TakeWord(string word)
    {
        if (!Now.IsWord(word))
        {
            return false;
        }

        _at++;
        return true;
    }

    private bool TakeSymbol(string symbol)
    {
        if (!Now.IsSymbol(symbol))
        {
            return false;
        }

        _at++;
        return true;
    }

    private void ExpectSymbol(string symbol) => Expect(TakeSymbol(symbol), symbol);

    private void Expect(bool taken, string wanted)
    {
        if (!taken)
        {
            throw Unexpected(wanted);
        }
    }

    private QueryRefusedException Unexpected(string wanted)
    {
        var found = Now.Kind == TokenKind.End ? "the end" : $"'{(Now.Value.Length <= 40 ? Now.Value : Now.Value[..40] + "…")}'";
        return new QueryRefusedException(Refusal.Syntax, $"At character {Now.Position + 1}: expected {wanted}, found {found}.");
    }
}

/// <summary>Where a row limit belongs among the tokens.</summary>
/// <param name="Token">Before this token, or in its place.</param>
/// <param name="Replaces">True where the token is the number of a LIMIT already there.</param>
internal sealed record RowLimit(int Token, bool Replaces);
