using System.Globalization;

namespace Platform.KnowledgeGraph.Query;

/// <summary>
/// Loops inside expressions: comprehensions, any/all/none/single, reduce. The store looks at neither its time limit nor its memory limit
/// while it works out one expression (seen: <c>reduce(s = 'x', i IN range(1, 1000000) | s + s)</c> held 12 GiB and a thread until the
/// server was restarted), so how often a loop can run is bounded here.
/// </summary>
internal sealed partial class CypherParser
{
    private const int MaxTimes = 1_000_000;
    private const int MaxReduced = 1_000;
    private const int StoredList = 50;
    private const int UnknownList = 10_000;
    private double _times = 1;

    /// <summary>Reads what is done with each item of a list of some length.</summary>
    private void ReadBody(double length, Action read)
    {
        var outside = _times;
        _times *= length;
        if (_times > MaxTimes && outside > 1)
        {
            throw new QueryRefusedException(Refusal.TooExpensive, "Loops inside loops go over too much; use UNWIND.");
        }

        try
        {
            read();
        }
        finally
        {
            _times = outside;
        }
    }

    /// <summary><c>reduce(s = 0, x IN list | s + x)</c>: texts and lists are copied in every step, so only short lists, and no doubling.</summary>
    private void ReadReduce()
    {
        var total = ReadName();
        ExpectSymbol("=");
        ReadExpression();
        ExpectSymbol(",");
        ReadName();
        Expect(TakeWord("IN"), "IN");
        var length = ReadLoopList();
        if (length > MaxReduced)
        {
            throw new QueryRefusedException(
                Refusal.TooExpensive, $"REDUCE goes over a list written out, a property, nodes(), relationships(), or a range of at most {MaxReduced}; use UNWIND with sum() or collect().");
        }

        ExpectSymbol("|");
        var start = _at;
        ReadBody(length, ReadExpression);
        if (_tokens.Skip(start).Take(_at - start).Count(t => t.Kind == TokenKind.Name && t.Value == total) > 1)
        {
            throw new QueryRefusedException(Refusal.TooExpensive, "REDUCE may use what it has so far once only.");
        }

        ExpectSymbol(")");
    }

    /// <summary>Reads the list that a loop goes over, and answers how long it may be.</summary>
    private double ReadLoopList()
    {
        var start = _at;
        ReadExpression();
        var (first, count) = (_tokens[start], _at - start);
        if (first.IsSymbol("[") && EndOf(start, "[", "]") == _at - 1 && !_tokens[start + 2].IsWord("IN"))
        {
            return count;
        }

        if (first.IsWord("range") && _tokens[start + 1].IsSymbol("(") && EndOf(start + 1, "(", ")") == _at - 1)
        {
            return RangeLength(start + 1);
        }

        return (first.Kind == TokenKind.Name && count == 3 && _tokens[start + 1].IsSymbol("."))
            || (count == 4 && (first.IsWord("nodes") || first.IsWord("relationships") || first.IsWord("labels") || first.IsWord("keys")))
            ? StoredList
            : UnknownList;
    }

    /// <summary>
    /// A range is made as a whole. Its ends are numbers, parameters, sizes and lengths, added and subtracted; nothing that a property or a
    /// product could make large.
    /// </summary>
    private void CheckRange()
    {
        // At the token behind the opening parenthesis.
        if (RangeLength(_at - 1) * (_times > 1 ? _times : 1) > MaxRange)
        {
            throw new QueryRefusedException(Refusal.TooExpensive, $"A range goes up to {MaxRange}, in a loop to less.");
        }
    }

    /// <summary>A replacement that is longer than what it replaces multiplies texts, in a step that no memory limit is looked at in.</summary>
    private void CheckReplace()
    {
        var end = EndOf(_at - 1, "(", ")");
        var (search, comma, replacement) = (_tokens[Math.Max(0, end - 3)], _tokens[Math.Max(0, end - 2)], _tokens[end - 1]);
        if (!comma.IsSymbol(",") || search.Kind != TokenKind.Text || replacement.Kind != TokenKind.Text || replacement.Value.Length > search.Value.Length)
        {
            throw new QueryRefusedException(Refusal.TooExpensive, "REPLACE takes two texts written out, the second no longer than the first.");
        }
    }

    private double RangeLength(int open)
    {
        var (end, length, sum) = (EndOf(open, "(", ")"), 0.0, 0.0);
        for (var at = open + 1; at < end; at++)
        {
            var token = _tokens[at];
            if (token.IsSymbol(","))
            {
                (length, sum) = (Math.Max(length, sum), 0);
            }
            else if (token.Kind == TokenKind.Number)
            {
                sum += double.Parse(token.Value, CultureInfo.InvariantCulture);
            }
            else if (token.Kind == TokenKind.Parameter)
            {
                Ranged.Add(token.Value);
                sum += UnknownList;
            }
            else if ((token.IsWord("size") || token.IsWord("length")) && _tokens[at + 1].IsSymbol("("))
            {
                at = EndOf(at + 1, "(", ")");
                sum += UnknownList;
            }
            else if (!token.IsSymbol("+") && !token.IsSymbol("-"))
            {
                throw new QueryRefusedException(Refusal.TooExpensive, "The ends of a range are numbers, parameters, size() and length(), added and subtracted.");
            }
        }

        return Math.Max(length, sum);
    }

    /// <summary>The place of the symbol that closes the one at a place; the end of the query where none does.</summary>
    private int EndOf(int open, string opening, string closing)
    {
        var depth = 0;
        for (var at = open; at < _tokens.Count; at++)
        {
            depth += _tokens[at].IsSymbol(opening) ? 1 : _tokens[at].IsSymbol(closing) ? -1 : 0;
            if (depth == 0)
            {
                return at;
            }
        }

        return _tokens.Count - 1;
    }
}
