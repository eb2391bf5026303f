namespace Platform.GraphQL.Language;

/// <summary>Type system documents (specification 3).</summary>
public sealed partial class Parser
{
    private TypeSystemNode TypeSystem(int start, string? description)
    {
        var extends = TakeKeyword("extend");
        if (Kind != TokenKind.Name)
        {
            throw Unexpected();
        }

        TypeSystemNode node = _lexer.Value switch
        {
            "schema" => Schema(start, description, extends),
            "scalar" => Scalar(start, description, extends),
            "type" => Fields(start, description, extends, isInterface: false),
            "interface" => Fields(start, description, extends, isInterface: true),
            "union" => Union(start, description, extends),
            "enum" => Enum(start, description, extends),
            "input" => Input(start, description, extends),
            "directive" when !extends => Directive(start, description),
            _ => throw Unexpected(),
        };
        return node;
    }

    private SchemaNode Schema(int start, string? description, bool extends)
    {
        Advance();
        var directives = Directives(isConst: true);
        var operations = extends && Kind != TokenKind.BraceOpen ? [] : Many(TokenKind.BraceOpen, static p => p.OperationType(), TokenKind.BraceClose);
        return Adding(new SchemaNode(start, operations) { Description = description, Directives = directives, IsExtension = extends }, operations.Length);
    }

    private OperationTypeNode OperationType()
    {
        var start = Start;
        var kind = Kind != TokenKind.Name ? throw Expected("Name") : _lexer.Value switch
        {
            "query" => OperationKind.Query,
            "mutation" => OperationKind.Mutation,
            "subscription" => OperationKind.Subscription,
            _ => throw Unexpected(),
        };
        Advance();
        Expect(TokenKind.Colon);
        return new OperationTypeNode(start, kind, NamedType());
    }

    private ScalarDefinitionNode Scalar(int start, string? description, bool extends)
    {
        Advance();
        var name = Name();
        return Adding(new ScalarDefinitionNode(start, name) { Description = description, Directives = Directives(isConst: true), IsExtension = extends }, 0);
    }

    private FieldsDefinitionNode Fields(int start, string? description, bool extends, bool isInterface)
    {
        Advance();
        var name = Name();
        var interfaces = TakeKeyword("implements") ? Delimited(TokenKind.Ampersand) : [];
        var directives = Directives(isConst: true);
        var fields = Optional(static p => p.FieldDefinition());
        return Adding(
            new FieldsDefinitionNode(start, name, isInterface, interfaces, fields) { Description = description, Directives = directives, IsExtension = extends },
            interfaces.Length + fields.Length);
    }

    private UnionDefinitionNode Union(int start, string? description, bool extends)
    {
        Advance();
        var name = Name();
        var directives = Directives(isConst: true);
        var members = Take(TokenKind.Equal) ? Delimited(TokenKind.Pipe) : [];
        return Adding(new UnionDefinitionNode(start, name, members) { Description = description, Directives = directives, IsExtension = extends }, members.Length);
    }

    private EnumDefinitionNode Enum(int start, string? description, bool extends)
    {
        Advance();
        var name = Name();
        var directives = Directives(isConst: true);
        var values = Optional(static p => p.EnumValue());
        return Adding(new EnumDefinitionNode(start, name, values) { Description = description, Directives = directives, IsExtension = extends }, values.Length);
    }

    private InputDefinitionNode Input(int start, string? description, bool extends)
    {
        Advance();
        var name = Name();
        var directives = Directives(isConst: true);
        var fields = Optional(static p => p.InputValue());
        return Adding(new InputDefinitionNode(start, name, fields) { Description = description, Directives = directives, IsExtension = extends }, fields.Length);
    }

    private DirectiveDefinitionNode Directive(int start, string? description)
    {
        Advance();
        Expect(TokenKind.At);
        var name = Name();
        var arguments = InputValues();
        var isRepeatable = TakeKeyword("repeatable");
        ExpectKeyword("on");
        var locations = Array.ConvertAll(Delimited(TokenKind.Pipe), n => DirectiveLocations.All.Contains(n.Name) ? n.Name : throw _lexer.Fault(n.Position, $"Unexpected Name \"{n.Name}\"."));
        return new DirectiveDefinitionNode(start, name, arguments, isRepeatable, locations) { Description = description };
    }

    private FieldDefinitionNode FieldDefinition()
    {
        var start = Start;
        var description = Description();
        var name = Name();
        var arguments = InputValues();
        Expect(TokenKind.Colon);
        var type = Type();
        return new FieldDefinitionNode(start, name, arguments, type) { Description = description, Directives = Directives(isConst: true) };
    }

    private InputValueDefinitionNode[] InputValues() => Kind == TokenKind.ParenOpen ? Many(TokenKind.ParenOpen, static p => p.InputValue(), TokenKind.ParenClose) : [];

    private InputValueDefinitionNode InputValue()
    {
        var start = Start;
        var description = Description();
        var name = Name();
        Expect(TokenKind.Colon);
        var type = Type();
        var defaultValue = Take(TokenKind.Equal) ? Value(isConst: true) : null;
        return new InputValueDefinitionNode(start, name, type, defaultValue) { Description = description, Directives = Directives(isConst: true) };
    }

    private EnumValueDefinitionNode EnumValue()
    {
        var start = Start;
        var description = Description();
        if (Kind == TokenKind.Name && _lexer.Value is "true" or "false" or "null")
        {
            throw _lexer.Fault(Start, $"{Found()} is reserved and cannot be used for an enum value.");
        }

        var name = Name();
        return new EnumValueDefinitionNode(start, name) { Description = description, Directives = Directives(isConst: true) };
    }

    private T[] Optional<T>(Func<Parser, T> item) => Kind == TokenKind.BraceOpen ? Many(TokenKind.BraceOpen, item, TokenKind.BraceClose) : [];

    private NamedTypeNode[] Delimited(TokenKind delimiter)
    {
        Take(delimiter);
        var items = new List<NamedTypeNode>();
        do
        {
            items.Add(NamedType());
        }
        while (Take(delimiter));

        return [.. items];
    }

    /// <summary>An extension adds something.</summary>
    private T Adding<T>(T node, int parts)
        where T : TypeSystemNode => node.IsExtension && parts + node.Directives.Length == 0 ? throw Unexpected() : node;
}
