namespace Platform.GraphQL.Language;

/// <summary>2.9 Input values.</summary>
public abstract class ValueNode(int position) : SyntaxNode(position)
{
    public override string ToString() => SyntaxPrinter.Print(this);
}

public sealed class VariableNode(int position, string name) : ValueNode(position)
{
    public string Name { get; } = name;
}

/// <summary>Digits as written: a scalar decides what they mean.</summary>
public sealed class IntNode(int position, string digits) : ValueNode(position)
{
    public string Digits { get; } = digits;
}

public sealed class FloatNode(int position, string digits) : ValueNode(position)
{
    public string Digits { get; } = digits;
}

public sealed class StringNode(int position, string value, bool isBlock = false) : ValueNode(position)
{
    public string Value { get; } = value;

    public bool IsBlock { get; } = isBlock;
}

public sealed class BooleanNode(int position, bool value) : ValueNode(position)
{
    public bool Value { get; } = value;
}

public sealed class NullNode(int position) : ValueNode(position);

public sealed class EnumNode(int position, string name) : ValueNode(position)
{
    public string Name { get; } = name;
}

public sealed class ListNode(int position, ValueNode[] items) : ValueNode(position)
{
    public ValueNode[] Items { get; } = items;
}

public sealed class ObjectNode(int position, ArgumentNode[] fields) : ValueNode(position)
{
    public ArgumentNode[] Fields { get; } = fields;
}

/// <summary>2.11 Type references.</summary>
public abstract class TypeNode(int position) : SyntaxNode(position)
{
    public override string ToString() => SyntaxPrinter.Print(this);
}

public sealed class NamedTypeNode(int position, string name) : TypeNode(position)
{
    public string Name { get; } = name;
}

public sealed class ListTypeNode(int position, TypeNode inner) : TypeNode(position)
{
    public TypeNode Inner { get; } = inner;
}

public sealed class NonNullTypeNode(int position, TypeNode inner) : TypeNode(position)
{
    public TypeNode Inner { get; } = inner;
}
