using System.Text.Json;

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

    private CypherParser(IReadOnlyList<CypherToken> tokens, IReadOnlyDictionary<string, JsonElement>? values) => (_tokens, _values) = (tokens, values);

    /// <summary>Names of the parameters that the query uses.</summary>
    private HashSet<string> Parameters { get; } = [];

    /// <summary>Those of them that are ends of ranges: they must not be large.</summary>
    private HashSet<string> Ranged { get; } = [];

    /// <summary>Where the row limit goes: the token before which it is put, or that it replaces.</summary>
    private List<RowLimit> Limits { get; } = [];

    private CypherToken Now => _tokens[_at];

    /// <summary>Checks a query.</summary>
    /// <param name="query">Its text.</param>
    /// <param name="values">Its parameters; where they are not known, they are taken to be middling.</param>
    /// <exception cref="QueryRefusedException">It is not admitted.</exception>
    public static ParsedQuery Parse(string query, IReadOnlyDictionary<string, JsonElement>? values = null)
    {
        if (query.Length > Admitted.MaxLength)
        {
            throw new QueryRefusedException(Refusal.TooExpensive, $"A query has at most {Admitted.MaxLength} characters.");
        }

        var parser = new CypherParser(CypherTokenizer.Read(query), values);
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
        _variables.Clear();
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
                var list = ReadExpression();
                _variables[ReadAlias()] = list.Unwound;
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
        var named = new Dictionary<string, Extent>();
        do
        {
            if (!TakeSymbol("*"))
            {
                var value = ReadExpression();
                if (Now.IsWord("AS"))
                {
                    named[ReadAlias()] = value;
                }
            }
        }
        while (TakeSymbol(","));

        foreach (var (name, value) in named)
        {
            _variables[name] = value;
        }

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

        if (Now.IsSymbol("("))
        {
            CheckOptions(name);
            _at++;
            ReadList(")");
        }

        if (TakeWord("YIELD"))
        {
            do
            {
                // Lists of nodes or relationships, paths, or single values.
                var yielded = ReadName();
                _variables[Now.IsWord("AS") ? ReadAlias() : yielded] = yielded is "nodes" or "edges" or "path" ? Extent.CollectionOf(Extent.One) : Extent.One;
            }
            while (TakeSymbol(","));

            if (TakeWord("WHERE"))
            {
                ReadExpression();
            }
        }
    }

    /// <summary>What an algorithm that cannot be interrupted is told must stand in the query as a map, with its numbers.</summary>
    private void CheckOptions(string procedure)
    {
        var (option, most, isNeeded) = procedure switch
        {
            "algo.SPpaths" or "algo.SSpaths" => ("maxLen", Admitted.MaxPathLength, true),
            "algo.labelPropagation" => ("maxIterations", Admitted.MaxIterations, false),
            _ => ("", 0, false),
        };
        if (option.Length == 0)
        {
            return;
        }

        var end = EndOf(_at, "(", ")");
        var given = 0;
        for (var at = _at + 1; at < end; at++)
        {
            if (_tokens[at].Kind == TokenKind.Name && _tokens[at].Value.Equals(option, StringComparison.OrdinalIgnoreCase) && _tokens[at + 1].IsSymbol(":"))
            {
                given++;
                if (!int.TryParse(_tokens[at + 2].Value, System.Globalization.CultureInfo.InvariantCulture, out var value) || value < 1 || value > most || !(_tokens[at + 3].IsSymbol(",") || _tokens[at + 3].IsSymbol("}")))
                {
                    throw new QueryRefusedException(Refusal.TooExpensive, $"{option} of {procedure} is a number from 1 to {most}.");
                }
            }
        }

        var isMap = _tokens[_at + 1].IsSymbol("{") && EndOf(_at + 1, "{", "}") == end - 1;
        if ((isNeeded && given == 0) || (!isMap && _at + 1 < end))
        {
            throw new QueryRefusedException(Refusal.TooExpensive, $"{procedure} takes a map written out{(isNeeded ? $", with {option} of at most {most}" : "")}.");
        }
    }

    private string ReadAlias()
    {
        Expect(TakeWord("AS"), "AS");
        return ReadName();
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
