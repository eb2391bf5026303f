namespace FalkorDb;

/// <summary>Why a command failed.</summary>
public enum FalkorDbError
{
    /// <summary>Anything the server reports that has no kind of its own: run-time errors of a query among them.</summary>
    Server,

    /// <summary>The server could not be reached, or the connection broke before the reply was complete.</summary>
    Connection,

    /// <summary>The query ran longer than its time limit.</summary>
    Timeout,

    /// <summary>The query needed more memory than QUERY_MEM_CAPACITY, or the server is at maxmemory.</summary>
    Memory,

    /// <summary>The query cannot be parsed or names something unknown.</summary>
    Syntax,

    /// <summary>A write through GRAPH.RO_QUERY.</summary>
    ReadOnly,

    /// <summary>The graph does not exist.</summary>
    MissingGraph,

    /// <summary>The key to be made exists already.</summary>
    Exists,

    /// <summary>Wrong credentials, or the ACL does not allow the command or the key.</summary>
    Denied,

    /// <summary>The reply is longer than the caller wants to read.</summary>
    ReplyTooLarge,

    /// <summary>More queries are waiting than MAX_QUEUED_QUERIES.</summary>
    Busy,

    /// <summary>The reply is not what the protocol says.</summary>
    Protocol,
}

/// <summary>A command failed.</summary>
public sealed class FalkorDbException : Exception
{
    public FalkorDbException(FalkorDbError error, string message, Exception? inner = null)
        : base(message, inner) => Error = error;

    public FalkorDbError Error { get; }

    /// <summary>Gives the server's message its kind; the texts are those of FalkorDB 4.16 and Valkey 8.</summary>
    internal static FalkorDbException FromServer(string message) => new(Classify(message), message);

    private static FalkorDbError Classify(string m) => m switch
    {
        _ when m.StartsWith("errMsg:", StringComparison.Ordinal) => FalkorDbError.Syntax,
        _ when Has(m, "Query timed out") => FalkorDbError.Timeout,
        _ when Has(m, "mem consumption exceeded") || m.StartsWith("OOM", StringComparison.Ordinal) => FalkorDbError.Memory,
        _ when Has(m, "read-only queries") => FalkorDbError.ReadOnly,
        _ when Has(m, "empty key") => FalkorDbError.MissingGraph,
        _ when Has(m, "already exists") || Has(m, "already indexed") => FalkorDbError.Exists,
        _ when m.StartsWith("NOPERM", StringComparison.Ordinal) || m.StartsWith("WRONGPASS", StringComparison.Ordinal) || m.StartsWith("NOAUTH", StringComparison.Ordinal) => FalkorDbError.Denied,
        _ when Has(m, "Max pending queries") => FalkorDbError.Busy,
        _ when m.StartsWith("LOADING", StringComparison.Ordinal) => FalkorDbError.Connection,
        _ when m.StartsWith("Unknown function", StringComparison.Ordinal) || Has(m, "not defined") || Has(m, "Procedure `") || Has(m, "Missing parameters") => FalkorDbError.Syntax,
        _ => FalkorDbError.Server,
    };

    private static bool Has(string message, string part) => message.Contains(part, StringComparison.Ordinal);
}
