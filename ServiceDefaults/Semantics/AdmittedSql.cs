using System.Collections.Frozen;

namespace Platform.ServiceDefaults.Semantics;

/// <summary>What a query may name. Everything here reads the views that it is about and nothing else.</summary>
internal static class AdmittedSql
{
    public const int MaxLength = 10_000;
    public const int MaxDepth = 30;

    /// <summary>How many texts a query may put together, each time it names one: nested as they may be, what they make stays some hundred times their size.</summary>
    public const int MaxJoinedTexts = 20;

    /// <summary>
    /// Functions. Not among them: whatever changes or tells settings (<c>set_config</c> would change the tenant), sleeps, locks,
    /// reaches outside, tells of the server, runs other queries, or makes much of little (<c>repeat</c>, <c>replace</c>,
    /// <c>string_agg</c>, <c>generate_series</c>, regular expressions).
    /// </summary>
    public static readonly FrozenSet<string> Functions = new[]
    {
        "count", "sum", "avg", "min", "max", "round", "floor", "ceil", "ceiling", "abs", "sign", "mod", "power", "sqrt", "trunc", "coalesce", "nullif", "greatest", "least",
        "lower", "upper", "initcap", "length", "char_length", "left", "right", "substr", "btrim", "ltrim", "rtrim", "reverse", "split_part", "strpos", "starts_with", "concat",
        "concat_ws", "date_trunc", "date_part", "age", "now", "to_char", "bool_and", "bool_or", "every", "stddev", "stddev_pop", "stddev_samp", "variance",
        "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead", "first_value", "last_value",
    }.ToFrozenSet();

    /// <summary>Types of casts. None that looks a name up, as <c>regclass</c> does.</summary>
    public static readonly FrozenSet<string> Types = new[]
    {
        "text", "varchar", "int", "integer", "bigint", "smallint", "numeric", "decimal", "real", "float", "float8", "boolean", "bool", "date", "time", "timestamp", "timestamptz", "interval", "uuid", "int4", "int8",
    }.ToFrozenSet();

    /// <summary>Words that name neither a column nor an alias: they belong to a clause, or begin what is not admitted.</summary>
    public static readonly FrozenSet<string> Reserved = new[]
    {
        "select", "from", "where", "group", "having", "order", "limit", "offset", "fetch", "union", "intersect", "except", "with", "recursive", "as", "on", "using", "join", "inner", "left", "right", "full",
        "cross", "natural", "outer", "lateral", "distinct", "all", "any", "some", "and", "or", "not", "in", "is", "null", "true", "false", "between", "like", "ilike", "similar", "escape", "case", "when", "then",
        "else", "end", "cast", "exists", "values", "window", "over", "partition", "filter", "asc", "desc", "nulls", "collate", "into", "for", "table", "only", "tablesample", "insert", "update", "delete", "merge",
        "create", "drop", "alter", "grant", "revoke", "truncate", "copy", "do", "call", "set", "reset", "show", "begin", "commit", "rollback", "lock", "listen", "notify", "execute", "prepare", "declare",
        "returning", "operator", "array", "row", "user", "session_user", "current_user", "current_role", "current_catalog", "current_schema", "analyze", "explain", "vacuum", "at", "rows", "within", "rollup", "cube", "grouping",
    }.ToFrozenSet();
}
