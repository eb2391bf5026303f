namespace Platform.KnowledgeGraph.Query;

internal enum TokenKind
{
    /// <summary>A name or keyword; <see cref="CypherToken.Quoted"/> tells names in back-ticks.</summary>
    Name,
    Text,
    Number,
    Parameter,
    Symbol,
    End,
}

/// <summary>One piece of a query.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Value">A name without back-ticks, a text without quotes and escapes, a parameter without $.</param>
/// <param name="Position">Where it starts in the query.</param>
/// <param name="Spaced">Whether white space or a comment stood before it.</param>
/// <param name="Quoted">True for names in back-ticks: those are never keywords or functions.</param>
internal sealed record CypherToken(TokenKind Kind, string Value, int Position, bool Spaced, bool Quoted = false)
{
    public bool IsSymbol(string symbol) => Kind == TokenKind.Symbol && Value == symbol;

    public bool IsWord(string word) => Kind == TokenKind.Name && !Quoted && Value.Equals(word, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Why a query is refused.</summary>
internal enum Refusal
{
    /// <summary>It is not Cypher.</summary>
    Syntax,

    /// <summary>It asks for something that is not admitted.</summary>
    NotAllowed,

    /// <summary>It could cost too much.</summary>
    TooExpensive,
}

/// <summary>A query is refused.</summary>
internal sealed class QueryRefusedException(Refusal refusal, string message) : Exception(message)
{
    public Refusal Refusal { get; } = refusal;
}
