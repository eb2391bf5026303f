using System.Collections.Frozen;

namespace Platform.KnowledgeGraph.Query;

/// <summary>Calls of functions: only the admitted ones, and no range that the store could not interrupt.</summary>
internal sealed partial class CypherParser
{
    public const int MaxRange = 1_000_000;

    /// <summary>Characters of a number, but for the very large.</summary>
    private const int LongestNumber = 20;

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

    private Extent ReadFunction(string name)
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
                return Extent.One;
            case "shortestpath" or "allshortestpaths":
                ReadPath(Admitted.MaxHops);
                ExpectSymbol(")");
                return Extent.List((2 * Admitted.MaxHops) + 1, 1);
            case "any" or "all" or "none" or "single" when _tokens[_at + 1].IsWord("IN"):
                var item = ReadName();
                _at++;
                ReadBody(item, ReadExpression(), () => TakeWord("WHERE") ? ReadExpression() : Extent.One);
                ExpectSymbol(")");
                return Extent.One;
            case "reduce":
                return ReadReduce();
            case "range":
                return ReadRange();
            case "replace":
                CheckReplace();
                break;
        }

        TakeWord("DISTINCT");
        var arguments = ReadList(")");
        if (!Glances.Contains(lower))
        {
            Work(arguments.Sum(a => a.Cells));
        }

        var result = ResultOf(lower, arguments);
        if (lower != "collect")
        {
            Make(result.Cells - Largest(arguments));
        }

        return result;
    }

    /// <summary>Functions that take no longer with larger values.</summary>
    private static readonly FrozenSet<string> Glances = new[]
    {
        "size", "length", "isempty", "head", "last", "id", "type", "labels", "keys", "exists", "count", "coalesce", "startnode", "endnode", "haslabels", "nodes",
        "relationships", "typeof", "indegree", "outdegree",
    }.ToFrozenSet();

    private static Extent ResultOf(string function, List<Extent> arguments)
    {
        var first = arguments.Count == 0 ? Extent.One : arguments[0];
        return function switch
        {
            "collect" => Extent.CollectionOf(first),
            "count" or "size" or "length" or "isempty" or "id" or "type" or "exists" or "haslabels" or "typeof" or "indegree" or "outdegree" or "startnode" or "endnode"
                or "abs" or "avg" or "sum" or "stdev" or "stdevp" or "sign" or "sqrt" or "distance" or "point" or "date" or "duration" or "tointeger" or "tofloat" or "toboolean"
                or "vec.cosinedistance" or "vec.euclideandistance" => Extent.One,
            "tostring" or "tostringornull" => Extent.Whole(Math.Max(first.Cells, LongestNumber)),
            "tostringlist" => Extent.List(first.Items, Math.Max(first.Each, LongestNumber)),
            "split" => new Extent(first.Cells, first.Cells, 2 * first.Cells, IsList: true),
            "labels" or "keys" or "nodes" or "relationships" => Extent.List(Extent.Stored.Items, 1),
            "properties" => Extent.Whole(Math.Max(first.Cells, 10 * Extent.Stored.Cells)),
            "head" or "last" or "min" or "max" => first.Unwound,
            "coalesce" => arguments.Aggregate(Extent.One, (a, b) => a | b),
            "tail" or "list.sort" or "list.dedup" or "list.remove" or "reverse" => first,
            "list.insert" => arguments.Aggregate((a, b) => a + b),
            _ => Extent.Whole(Math.Max(1, arguments.Sum(a => a.Cells))),
        };
    }
}
