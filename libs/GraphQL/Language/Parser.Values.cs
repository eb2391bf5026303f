namespace Platform.GraphQL.Language;

/// <summary>Values (specification 2.9), and the ways to step over tokens.</summary>
public sealed partial class Parser
{
    private ValueNode Value(bool isConst)
    {
        var (start, text) = (Start, _lexer.Value);
        switch (Kind)
        {
            case TokenKind.BracketOpen:
                return new ListNode(start, Any<ValueNode>(TokenKind.BracketOpen, isConst ? static p => p.Value(true) : static p => p.Value(false), TokenKind.BracketClose));
            case TokenKind.BraceOpen:
                return new ObjectNode(start, Any<ArgumentNode>(TokenKind.BraceOpen, isConst ? static p => p.Argument(true) : static p => p.Argument(false), TokenKind.BraceClose));
            case TokenKind.Int:
                Advance();
                return new IntNode(start, text);
            case TokenKind.Float:
                Advance();
                return new FloatNode(start, text);
            case TokenKind.String or TokenKind.BlockString:
                var isBlock = Kind == TokenKind.BlockString;
                Advance();
                return new StringNode(start, text, isBlock);
            case TokenKind.Name:
                Advance();
                return text switch
                {
                    "true" => new BooleanNode(start, true),
                    "false" => new BooleanNode(start, false),
                    "null" => new NullNode(start),
                    _ => new EnumNode(start, text),
                };
            case TokenKind.Dollar when isConst:
                Advance();
                throw Kind == TokenKind.Name ? _lexer.Fault(start, $"Unexpected variable \"${_lexer.Value}\" in constant value.") : Unexpected();
            case TokenKind.Dollar:
                Advance();
                return new VariableNode(start, Name());
            default:
                throw Unexpected();
        }
    }

    private string? Description()
    {
        if (Kind is not (TokenKind.String or TokenKind.BlockString))
        {
            return null;
        }

        var text = _lexer.Value;
        Advance();
        return text;
    }

    private string Name()
    {
        if (Kind != TokenKind.Name)
        {
            throw Expected("Name");
        }

        var name = _lexer.Value;
        Advance();
        return name;
    }

    private void Advance()
    {
        _lexer.Advance();
        if (++_tokens > _limits.MaxTokens && Kind != TokenKind.End)
        {
            throw new SyntaxException(_lexer.Text, Start, $"The document has more than {_limits.MaxTokens} tokens.", isLimit: true);
        }
    }

    private void Enter()
    {
        if (++_depth > _limits.MaxDepth)
        {
            throw new SyntaxException(_lexer.Text, Start, $"The document is nested deeper than {_limits.MaxDepth}.", isLimit: true);
        }
    }

    private bool Take(TokenKind kind)
    {
        if (Kind != kind)
        {
            return false;
        }

        Advance();
        return true;
    }

    private void Expect(TokenKind kind)
    {
        if (!Take(kind))
        {
            throw Expected(Tokens.Describe(kind));
        }
    }

    private bool TakeKeyword(string word)
    {
        if (Kind != TokenKind.Name || _lexer.Value != word)
        {
            return false;
        }

        Advance();
        return true;
    }

    private void ExpectKeyword(string word)
    {
        if (!TakeKeyword(word))
        {
            throw Expected($"\"{word}\"");
        }
    }

    /// <summary>At least one item between two signs.</summary>
    private T[] Many<T>(TokenKind open, Func<Parser, T> item, TokenKind close)
    {
        Enter();
        Expect(open);
        var items = new List<T>();
        do
        {
            items.Add(item(this));
        }
        while (!Take(close));

        _depth--;
        return [.. items];
    }

    private T[] Any<T>(TokenKind open, Func<Parser, T> item, TokenKind close)
    {
        Enter();
        Expect(open);
        var items = new List<T>();
        while (!Take(close))
        {
            items.Add(item(this));
        }

        _depth--;
        return [.. items];
    }

    private SyntaxException Expected(string what) => _lexer.Fault(Start, $"Expected {what}, found {Found()}.");

    private SyntaxException Unexpected() => _lexer.Fault(Start, $"Unexpected {Found()}.");

    private string Found() => Kind is TokenKind.Name or TokenKind.Int or TokenKind.Float or TokenKind.String or TokenKind.BlockString
        ? $"{Tokens.Describe(Kind)} \"{_lexer.Value}\""
        : Tokens.Describe(Kind);
}
