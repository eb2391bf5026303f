namespace Platform.GraphQL.Language;

/// <summary>A part of a document.</summary>
/// <param name="position">Where it begins: an offset in UTF-16 code units.</param>
public abstract class SyntaxNode(int position)
{
    public int Position { get; } = position;
}

/// <summary>A whole text (specification 2.2).</summary>
public sealed class DocumentNode(string text, DefinitionNode[] definitions) : SyntaxNode(0)
{
    /// <summary>What was parsed.</summary>
    public string Text { get; } = text;

    public IReadOnlyList<DefinitionNode> Definitions => Items;

    /// <summary>Lexical tokens read.</summary>
    public int TokenCount { get; init; }

    internal DefinitionNode[] Items { get; } = definitions;

    public SourceLocation LocationOf(SyntaxNode node) => SourceLocation.Of(Text, node.Position);
}

public abstract class DefinitionNode(int position) : SyntaxNode(position)
{
    public string? Description { get; init; }

    public DirectiveNode[] Directives { get; init; } = [];
}

public enum OperationKind
{
    Query,
    Mutation,
    Subscription,
}

/// <summary>2.3 Operations.</summary>
public sealed class OperationNode(int position, OperationKind kind, string? name, VariableDefinitionNode[] variables, SelectionSetNode selections) : DefinitionNode(position)
{
    public OperationKind Kind { get; } = kind;

    public string? Name { get; } = name;

    public VariableDefinitionNode[] Variables { get; } = variables;

    public SelectionSetNode Selections { get; } = selections;
}

/// <summary>2.8 Fragments.</summary>
public sealed class FragmentNode(int position, string name, NamedTypeNode typeCondition, SelectionSetNode selections) : DefinitionNode(position)
{
    public string Name { get; } = name;

    public NamedTypeNode TypeCondition { get; } = typeCondition;

    public SelectionSetNode Selections { get; } = selections;
}

public sealed class VariableDefinitionNode(int position, string name, TypeNode type, ValueNode? defaultValue, DirectiveNode[] directives) : SyntaxNode(position)
{
    public string Name { get; } = name;

    public TypeNode Type { get; } = type;

    public ValueNode? DefaultValue { get; } = defaultValue;

    public DirectiveNode[] Directives { get; } = directives;

    public string? Description { get; init; }
}

/// <summary>2.4 Selection sets.</summary>
public sealed class SelectionSetNode(int position, SelectionNode[] items) : SyntaxNode(position)
{
    public SelectionNode[] Items { get; } = items;
}

public abstract class SelectionNode(int position, DirectiveNode[] directives) : SyntaxNode(position)
{
    public DirectiveNode[] Directives { get; } = directives;
}

/// <summary>2.5 Fields.</summary>
public sealed class FieldNode(int position, string? alias, string name, ArgumentNode[] arguments, DirectiveNode[] directives, SelectionSetNode? selections)
    : SelectionNode(position, directives)
{
    public string? Alias { get; } = alias;

    public string Name { get; } = name;

    /// <summary>The name under which the answer holds it.</summary>
    public string ResponseName => Alias ?? Name;

    public ArgumentNode[] Arguments { get; } = arguments;

    public SelectionSetNode? Selections { get; } = selections;
}

public sealed class FragmentSpreadNode(int position, string name, DirectiveNode[] directives) : SelectionNode(position, directives)
{
    public string Name { get; } = name;
}

public sealed class InlineFragmentNode(int position, NamedTypeNode? typeCondition, DirectiveNode[] directives, SelectionSetNode selections) : SelectionNode(position, directives)
{
    public NamedTypeNode? TypeCondition { get; } = typeCondition;

    public SelectionSetNode Selections { get; } = selections;
}

/// <summary>A name with a value: an argument, or a field of an input object.</summary>
public sealed class ArgumentNode(int position, string name, ValueNode value) : SyntaxNode(position)
{
    public string Name { get; } = name;

    public ValueNode Value { get; } = value;
}

/// <summary>2.12 Directives, as applied.</summary>
public sealed class DirectiveNode(int position, string name, ArgumentNode[] arguments) : SyntaxNode(position)
{
    public string Name { get; } = name;

    public ArgumentNode[] Arguments { get; } = arguments;

    public ValueNode? Argument(string name)
    {
        foreach (var argument in Arguments)
        {
            if (argument.Name == name)
            {
                return argument.Value;
            }
        }

        return null;
    }
}
