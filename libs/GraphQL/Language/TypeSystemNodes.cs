namespace Platform.GraphQL.Language;

/// <summary>3 Type system: a definition, or an extension of one.</summary>
public abstract class TypeSystemNode(int position) : DefinitionNode(position)
{
    public bool IsExtension { get; init; }
}

public sealed class SchemaNode(int position, OperationTypeNode[] operations) : TypeSystemNode(position)
{
    public OperationTypeNode[] Operations { get; } = operations;
}

public sealed class OperationTypeNode(int position, OperationKind kind, NamedTypeNode type) : SyntaxNode(position)
{
    public OperationKind Kind { get; } = kind;

    public NamedTypeNode Type { get; } = type;
}

public abstract class TypeDefinitionNode(int position, string name) : TypeSystemNode(position)
{
    public string Name { get; } = name;
}

public sealed class ScalarDefinitionNode(int position, string name) : TypeDefinitionNode(position, name);

/// <summary>An object type or an interface.</summary>
public sealed class FieldsDefinitionNode(int position, string name, bool isInterface, NamedTypeNode[] interfaces, FieldDefinitionNode[] fields) : TypeDefinitionNode(position, name)
{
    public bool IsInterface { get; } = isInterface;

    public NamedTypeNode[] Interfaces { get; } = interfaces;

    public FieldDefinitionNode[] Fields { get; } = fields;
}

public sealed class UnionDefinitionNode(int position, string name, NamedTypeNode[] members) : TypeDefinitionNode(position, name)
{
    public NamedTypeNode[] Members { get; } = members;
}

public sealed class EnumDefinitionNode(int position, string name, EnumValueDefinitionNode[] values) : TypeDefinitionNode(position, name)
{
    public EnumValueDefinitionNode[] Values { get; } = values;
}

public sealed class InputDefinitionNode(int position, string name, InputValueDefinitionNode[] fields) : TypeDefinitionNode(position, name)
{
    public InputValueDefinitionNode[] Fields { get; } = fields;
}

public sealed class DirectiveDefinitionNode(int position, string name, InputValueDefinitionNode[] arguments, bool isRepeatable, string[] locations) : TypeSystemNode(position)
{
    public string Name { get; } = name;

    public InputValueDefinitionNode[] Arguments { get; } = arguments;

    public bool IsRepeatable { get; } = isRepeatable;

    public string[] Locations { get; } = locations;
}

public sealed class FieldDefinitionNode(int position, string name, InputValueDefinitionNode[] arguments, TypeNode type) : DefinitionNode(position)
{
    public string Name { get; } = name;

    public InputValueDefinitionNode[] Arguments { get; } = arguments;

    public TypeNode Type { get; } = type;
}

public sealed class InputValueDefinitionNode(int position, string name, TypeNode type, ValueNode? defaultValue) : DefinitionNode(position)
{
    public string Name { get; } = name;

    public TypeNode Type { get; } = type;

    public ValueNode? DefaultValue { get; } = defaultValue;
}

public sealed class EnumValueDefinitionNode(int position, string name) : DefinitionNode(position)
{
    public string Name { get; } = name;
}
