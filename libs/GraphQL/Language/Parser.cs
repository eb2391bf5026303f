namespace Platform.GraphQL.Language;

/// <summary>
/// Documents as trees (specification 2 and 3). Recursive descent with a bound on depth; everything else about a document,
/// whether its names mean something, is validation's.
/// </summary>
public sealed partial class Parser
{
    private readonly Lexer _lexer;
    private readonly ParserLimits _limits;
    private int _tokens;
    private int _depth;

    private Parser(string text, ParserLimits limits)
    {
        (_lexer, _limits) = (new Lexer(text), limits);
        if (text.Length > limits.MaxLength)
        {
            throw new SyntaxException(text, 0, $"The document is longer than {limits.MaxLength} characters.", isLimit: true);
        }

        Advance();
    }

    /// <exception cref="SyntaxException">The text is no document, or beyond the limits.</exception>
    public static DocumentNode Parse(string text, ParserLimits? limits = null)
    {
        var parser = new Parser(text, limits ?? ParserLimits.Trusted);
        var definitions = new List<DefinitionNode>();
        do
        {
            definitions.Add(parser.Definition());
        }
        while (parser.Kind != TokenKind.End);

        return new DocumentNode(text, [.. definitions]) { TokenCount = parser._tokens };
    }

    /// <summary>A type reference alone, such as <c>[Int!]!</c>.</summary>
    public static TypeNode ParseType(string text) => Whole(text, static p => p.Type());

    /// <summary>A constant value alone.</summary>
    public static ValueNode ParseValue(string text) => Whole(text, static p => p.Value(isConst: true));

    /// <summary>A field definition alone, such as <c>nodes(first: Int): [Node!]!</c>.</summary>
    public static FieldDefinitionNode ParseField(string text) => Whole(text, static p => p.FieldDefinition());

    /// <summary>An argument or input field alone, such as <c>first: Int = 20</c>.</summary>
    public static InputValueDefinitionNode ParseInputValue(string text) => Whole(text, static p => p.InputValue());

    /// <summary>An enum value alone, such as <c>HIGH @deprecated</c>.</summary>
    public static EnumValueDefinitionNode ParseEnumValue(string text) => Whole(text, static p => p.EnumValue());

    /// <summary>Constant directives alone.</summary>
    public static IReadOnlyList<DirectiveNode> ParseDirectives(string text) => Whole(text, static p => p.Directives(isConst: true));

    private static T Whole<T>(string text, Func<Parser, T> read)
    {
        var parser = new Parser(text, ParserLimits.Trusted);
        var node = read(parser);
        parser.Expect(TokenKind.End);
        return node;
    }

    private TokenKind Kind => _lexer.Kind;

    private int Start => _lexer.Start;

    private DefinitionNode Definition()
    {
        var start = Start;
        if (Kind == TokenKind.BraceOpen)
        {
            return new OperationNode(start, OperationKind.Query, null, [], SelectionSet());
        }

        var described = Kind is TokenKind.String or TokenKind.BlockString;
        var description = Description();
        if (Kind != TokenKind.Name || (described && _lexer.Value == "extend"))
        {
            throw Unexpected();
        }

        return _lexer.Value switch
        {
            "query" => Operation(start, description, OperationKind.Query),
            "mutation" => Operation(start, description, OperationKind.Mutation),
            "subscription" => Operation(start, description, OperationKind.Subscription),
            "fragment" => Fragment(start, description),
            _ => TypeSystem(start, description),
        };
    }

    private OperationNode Operation(int start, string? description, OperationKind kind)
    {
        Advance();
        var name = Kind == TokenKind.Name ? Name() : null;
        var variables = Kind == TokenKind.ParenOpen ? Many(TokenKind.ParenOpen, static p => p.VariableDefinition(), TokenKind.ParenClose) : [];
        var directives = Directives(isConst: false);
        return new OperationNode(start, kind, name, variables, SelectionSet()) { Description = description, Directives = directives };
    }

    private FragmentNode Fragment(int start, string? description)
    {
        Advance();
        var name = FragmentName();
        ExpectKeyword("on");
        var type = NamedType();
        var directives = Directives(isConst: false);
        return new FragmentNode(start, name, type, SelectionSet()) { Description = description, Directives = directives };
    }

    private VariableDefinitionNode VariableDefinition()
    {
        var start = Start;
        var description = Description();
        Expect(TokenKind.Dollar);
        var name = Name();
        Expect(TokenKind.Colon);
        var type = Type();
        var defaultValue = Take(TokenKind.Equal) ? Value(isConst: true) : null;
        return new VariableDefinitionNode(start, name, type, defaultValue, Directives(isConst: true)) { Description = description };
    }

    private SelectionSetNode SelectionSet() => new(Start, Many(TokenKind.BraceOpen, static p => p.Selection(), TokenKind.BraceClose));

    private SelectionNode Selection()
    {
        var start = Start;
        if (Take(TokenKind.Spread))
        {
            return FragmentSelection(start);
        }

        var name = Name();
        string? alias = null;
        if (Take(TokenKind.Colon))
        {
            (alias, name) = (name, Name());
        }

        var arguments = Arguments(isConst: false);
        var directives = Directives(isConst: false);
        return new FieldNode(start, alias, name, arguments, directives, Kind == TokenKind.BraceOpen ? SelectionSet() : null);
    }

    private SelectionNode FragmentSelection(int start)
    {
        if (Kind == TokenKind.Name && _lexer.Value != "on")
        {
            return new FragmentSpreadNode(start, Name(), Directives(isConst: false));
        }

        var condition = TakeKeyword("on") ? NamedType() : null;
        var directives = Directives(isConst: false);
        return new InlineFragmentNode(start, condition, directives, SelectionSet());
    }

    private ArgumentNode[] Arguments(bool isConst) => Kind != TokenKind.ParenOpen
        ? []
        : Many<ArgumentNode>(TokenKind.ParenOpen, isConst ? static p => p.Argument(true) : static p => p.Argument(false), TokenKind.ParenClose);

    private ArgumentNode Argument(bool isConst)
    {
        var start = Start;
        var name = Name();
        Expect(TokenKind.Colon);
        return new ArgumentNode(start, name, Value(isConst));
    }

    private DirectiveNode[] Directives(bool isConst)
    {
        if (Kind != TokenKind.At)
        {
            return [];
        }

        var directives = new List<DirectiveNode>();
        while (Kind == TokenKind.At)
        {
            var start = Start;
            Advance();
            directives.Add(new DirectiveNode(start, Name(), Arguments(isConst)));
        }

        return [.. directives];
    }

    private TypeNode Type()
    {
        var start = Start;
        TypeNode type;
        if (Kind == TokenKind.BracketOpen)
        {
            Enter();
            Advance();
            type = new ListTypeNode(start, Type());
            Expect(TokenKind.BracketClose);
            _depth--;
        }
        else
        {
            type = NamedType();
        }

        return Take(TokenKind.Bang) ? new NonNullTypeNode(start, type) : type;
    }

    private NamedTypeNode NamedType() => new(Start, Name());

    private string FragmentName() => Kind == TokenKind.Name && _lexer.Value == "on" ? throw Unexpected() : Name();
}
