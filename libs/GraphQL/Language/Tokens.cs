namespace Platform.GraphQL.Language;

/// <summary>Lexical tokens (specification 2.1.6).</summary>
internal enum TokenKind : byte
{
    End,
    Bang,
    Dollar,
    Ampersand,
    ParenOpen,
    ParenClose,
    Spread,
    Colon,
    Equal,
    At,
    BracketOpen,
    BracketClose,
    BraceOpen,
    BraceClose,
    Pipe,
    Name,
    Int,
    Float,
    String,
    BlockString,
}

internal static class Tokens
{
    public static string Describe(TokenKind kind) => kind switch
    {
        TokenKind.End => "<EOF>",
        TokenKind.Bang => "\"!\"",
        TokenKind.Dollar => "\"$\"",
        TokenKind.Ampersand => "\"&\"",
        TokenKind.ParenOpen => "\"(\"",
        TokenKind.ParenClose => "\")\"",
        TokenKind.Spread => "\"...\"",
        TokenKind.Colon => "\":\"",
        TokenKind.Equal => "\"=\"",
        TokenKind.At => "\"@\"",
        TokenKind.BracketOpen => "\"[\"",
        TokenKind.BracketClose => "\"]\"",
        TokenKind.BraceOpen => "\"{\"",
        TokenKind.BraceClose => "\"}\"",
        TokenKind.Pipe => "\"|\"",
        _ => kind.ToString(),
    };
}
