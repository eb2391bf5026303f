using System.Globalization;
using System.Text.Json;

namespace Platform.KnowledgeGraph.Query;

/// <summary>Loops inside expressions, and what makes long values: comprehensions, reduce, range, replace.</summary>
internal sealed partial class CypherParser
{
    private const int MaxReduced = 1_000;
    private const int UnknownList = 10_000;

    /// <summary>Reads what is done with each item of a list.</summary>
    private Extent ReadBody(string? item, Extent list, Func<Extent> read)
    {
        var outside = _times;
        _times *= Math.Max(1, list.Items);
        try
        {
            return ReadWith(item, list.Looped, read);
        }
        finally
        {
            _times = outside;
        }
    }

    /// <summary>
    /// <c>reduce(s = 0, x IN list | s + x)</c>: texts and lists are copied in every step, so only short lists; and a step may add to what
    /// there is so far, not multiply it, for which its body is read with two sizes of that.
    /// </summary>
    private Extent ReadReduce()
    {
        var total = ReadName();
        ExpectSymbol("=");
        var first = ReadExpression();
        ExpectSymbol(",");
        var item = ReadName();
        Expect(TakeWord("IN"), "IN");
        var list = ReadExpression();
        if (list.Items > MaxReduced)
        {
            throw new QueryRefusedException(
                Refusal.TooExpensive, $"REDUCE goes over at most {MaxReduced} items: a list written out, a property, nodes(), relationships() or a range; use UNWIND with sum() or collect().");
        }

        ExpectSymbol("|");
        var body = _at;
        var (small, large) = (ReadStep(1_000), ReadStep(2_000));
        ExpectSymbol(")");
        if (large - small > 1_001)
        {
            throw new QueryRefusedException(Refusal.TooExpensive, "REDUCE may add to what it has so far, not multiply it.");
        }

        var added = list.Items * Math.Max(0, small - 1_000);
        var result = Extent.Whole(first.Cells + added + Math.Max(0, large - 2_000) + Extent.Stored.Cells);
        Make(added);
        Work(list.Items * result.Cells / 2);
        return result;

        double ReadStep(double soFar)
        {
            _at = body;
            return ReadBody(item, list, () => ReadWith(total, Extent.Whole(soFar), ReadExpression)).Cells;
        }
    }

    /// <summary>
    /// A range is made as a whole. Its ends are numbers, parameters, sizes and lengths, added and subtracted; nothing that a property or a
    /// product could make large.
    /// </summary>
    private Extent ReadRange()
    {
        // At the token behind the opening parenthesis.
        var length = RangeLength(_at - 1);
        if (length * _times > MaxRange)
        {
            throw new QueryRefusedException(Refusal.TooExpensive, $"A range goes up to {MaxRange}, in a loop to less.");
        }

        ReadList(")");
        return Extent.List(length, 1);
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

    /// <summary>How many numbers a range has at most, whatever its step.</summary>
    private double RangeLength(int open)
    {
        var end = EndOf(open, "(", ")");
        List<(double Least, double Most)> ends = [(0, 0)];
        var sign = 1;
        for (var at = open + 1; at < end; at++)
        {
            var token = _tokens[at];
            if (token.IsSymbol(","))
            {
                ends.Add((0, 0));
                sign = 1;
            }
            else if (token.IsSymbol("+") || token.IsSymbol("-"))
            {
                sign = token.IsSymbol("-") ? -1 : 1;
            }
            else
            {
                var (least, most) = RangeTerm(ref at);
                ends[^1] = (ends[^1].Least + Math.Min(sign * least, sign * most), ends[^1].Most + Math.Max(sign * least, sign * most));
            }
        }

        return ends.Count < 2 ? 1 : 1 + Math.Max(Math.Abs(ends[1].Most - ends[0].Least), Math.Abs(ends[1].Least - ends[0].Most));
    }

    private (double Least, double Most) RangeTerm(ref int at)
    {
        var token = _tokens[at];
        if (token.Kind == TokenKind.Number)
        {
            var number = double.Parse(token.Value, CultureInfo.InvariantCulture);
            return (number, number);
        }

        if (token.Kind == TokenKind.Parameter)
        {
            Ranged.Add(token.Value);
            var known = _values?.TryGetValue(token.Value, out var value) == true && value.ValueKind == JsonValueKind.Number ? Math.Abs(value.GetDouble()) : UnknownList;
            return (-known, known);
        }

        if ((token.IsWord("size") || token.IsWord("length")) && _tokens[at + 1].IsSymbol("("))
        {
            at = EndOf(at + 1, "(", ")");
            return (0, UnknownList);
        }

        throw new QueryRefusedException(Refusal.TooExpensive, "The ends of a range are numbers, parameters, size() and length(), added and subtracted.");
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
