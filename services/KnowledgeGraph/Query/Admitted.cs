using System.Collections.Frozen;

namespace Platform.KnowledgeGraph.Query;

/// <summary>What a query may name. Everything here only reads the graph it runs on.</summary>
internal static class Admitted
{
    public const int MaxLength = 20_000;
    public const int MaxDepth = 60;

    /// <summary>The highest upper bound of a variable-length relationship.</summary>
    public const int MaxHops = 20;

    /// <summary>The same inside an expression, as in WHERE or a comprehension, where the store cannot be interrupted.</summary>
    public const int MaxHopsInExpression = 3;

    /// <summary>The highest lower bound.</summary>
    public const int MaxLeastHops = 3;

    /// <summary>The highest <c>maxLen</c> of <c>algo.SPpaths</c> and <c>algo.SSpaths</c>, which walk all paths without being interruptible.</summary>
    public const int MaxPathLength = 3;

    /// <summary>The highest <c>maxIterations</c> of <c>algo.labelPropagation</c>, which is not interruptible either.</summary>
    public const int MaxIterations = 100;

    /// <summary>
    /// Functions. Not among them: regular expressions (they can run for ever and cannot be interrupted), what makes one text of a
    /// long list (a step that no memory limit is looked at in), and what fills the server's memory beyond a query's end.
    /// </summary>
    public static readonly FrozenSet<string> Functions = new[]
    {
        "abs", "acos", "all", "any", "asin", "atan", "atan2", "avg", "ceil", "coalesce", "collect", "cos", "cot", "count", "date", "degrees",
        "distance", "duration", "e", "endnode", "exists", "exp", "floor", "haslabels", "haversin", "head", "id", "indegree", "isempty", "keys",
        "labels", "last", "left", "length", "list.dedup", "list.insert", "list.remove", "list.sort", "localdatetime", "localtime", "log", "log10",
        "ltrim", "max", "min", "nodes", "none", "outdegree", "percentilecont", "percentiledisc", "pi", "point", "pow", "properties", "radians",
        "rand", "randomuuid", "range", "reduce", "relationships", "replace", "reverse", "right", "round", "rtrim", "shortestpath",
        "allshortestpaths", "sign", "sin", "single", "size", "split", "sqrt", "startnode", "stdev", "stdevp", "substring", "sum",
        "tail", "tan", "timestamp", "toboolean", "tobooleanlist", "tobooleanornull", "tofloat", "tofloatlist", "tofloatornull", "tointeger",
        "tointegerlist", "tointegerornull", "tolower", "tostring", "tostringlist", "tostringornull", "toupper", "trim", "type", "typeof",
        "vec.cosinedistance", "vec.euclideandistance", "vecf32",
    }.ToFrozenSet();

    /// <summary>Procedures, by lower-case name, with the spelling that the store wants.</summary>
    public static readonly FrozenDictionary<string, string> Procedures = new[]
    {
        "db.labels", "db.relationshipTypes", "db.propertyKeys", "db.idx.fulltext.queryNodes",
        "algo.pageRank", "algo.betweenness", "algo.WCC", "algo.labelPropagation", "algo.BFS", "algo.SPpaths", "algo.SSpaths", "algo.MSF",
    }.ToFrozenDictionary(p => p.ToLowerInvariant());

    /// <summary>Words that begin a clause which writes, administers, or reaches outside.</summary>
    public static readonly FrozenSet<string> Forbidden = new[]
    {
        "create", "merge", "set", "delete", "detach", "remove", "foreach", "load", "drop", "alter", "use", "show", "grant", "deny", "revoke",
        "start", "stop", "terminate", "insert", "finish", "profile", "begin", "commit", "rollback", "call", "constraint", "index", "periodic",
    }.ToFrozenSet();

    /// <summary>Words that can never name a variable, because they begin or continue a clause.</summary>
    public static readonly FrozenSet<string> Reserved = new[]
    {
        "match", "optional", "where", "with", "unwind", "return", "order", "skip", "limit", "union", "call", "yield", "create", "merge", "set",
        "delete", "detach", "remove", "foreach", "load", "as", "distinct", "and", "or", "xor", "not", "in", "starts", "ends", "contains", "is",
        "case", "when", "then", "else", "end", "null", "true", "false", "asc", "ascending", "desc", "descending",
    }.ToFrozenSet();
}
