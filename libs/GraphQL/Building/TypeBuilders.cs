namespace Platform.GraphQL;

/// <summary>Describes an object type or an interface.</summary>
public abstract class FieldsBuilder<TSelf>
    where TSelf : FieldsBuilder<TSelf>
{
    private readonly FieldsType _type;

    private protected FieldsBuilder(FieldsType type) => _type = type;

    public TSelf Describe(string text)
    {
        _type.Description = text;
        return (TSelf)this;
    }

    public TSelf Implements(params string[] interfaces)
    {
        _type.InterfaceNames.AddRange(interfaces.Select(i => new NamedTypeNode(0, i)));
        return (TSelf)this;
    }

    /// <summary>
    /// A field by its SDL, such as <c>indicators(first: Int = 20): [Indicator!]! @deprecated</c>; or, by its name alone, one that is there already.
    /// </summary>
    public FieldBuilder Field(string sdl, string? description = null)
    {
        if (!sdl.Contains(':', StringComparison.Ordinal))
        {
            return new FieldBuilder(_type.Fields.Find(sdl) ?? throw new SchemaException([$"There is no field \"{_type.Name}.{sdl}\"."]));
        }

        var field = SdlReader.FieldOf(Parser.ParseField(sdl));
        field.Description = description ?? field.Description;
        return _type.Fields.Add(field) ? new FieldBuilder(field) : throw new SchemaException([$"Field \"{_type.Name}.{field.Name}\" is defined twice."]);
    }

    /// <summary>Applies directives by their SDL.</summary>
    public TSelf Directive(string sdl)
    {
        _type.Apply(Parser.ParseDirectives(sdl));
        return (TSelf)this;
    }
}

/// <summary>3.6 Objects.</summary>
public sealed class ObjectBuilder : FieldsBuilder<ObjectBuilder>
{
    private readonly ObjectType _type;

    internal ObjectBuilder(ObjectType type)
        : base(type) => _type = type;

    /// <summary>Which CLR values are of this type, where an interface or union does not say.</summary>
    public ObjectBuilder IsTypeOf(Func<object, bool> test)
    {
        _type.IsTypeOf = test;
        return this;
    }

    /// <summary>The same by the CLR type, with a field for each of its public properties that has none yet.</summary>
    public ObjectBuilder Of<T>(params string[] except)
    {
        foreach (var (sdl, member) in ClrFields.Of(typeof(T), except))
        {
            if (!_type.Fields.TryFind(sdl[..sdl.IndexOf(':', StringComparison.Ordinal)], out _))
            {
                Field(sdl).From(member);
            }
        }

        return IsTypeOf(value => value is T);
    }

    /// <summary>A permission that the caller needs for each of its fields.</summary>
    public ObjectBuilder Requires(string permission) => Directive($"@requires(permission: {SyntaxPrinter.Quote(permission)})");
}

/// <summary>3.7 Interfaces.</summary>
public sealed class InterfaceBuilder : FieldsBuilder<InterfaceBuilder>
{
    private readonly InterfaceType _type;

    internal InterfaceBuilder(InterfaceType type)
        : base(type) => _type = type;

    /// <summary>The name of a value's object type.</summary>
    public InterfaceBuilder TypeOf(Func<object, string?> typeOf)
    {
        _type.TypeOf = typeOf;
        return this;
    }
}

/// <summary>3.8 Unions.</summary>
public sealed class UnionBuilder
{
    private readonly UnionType _type;

    internal UnionBuilder(UnionType type) => _type = type;

    public UnionBuilder Describe(string text)
    {
        _type.Description = text;
        return this;
    }

    public UnionBuilder Members(params string[] members)
    {
        _type.MemberNames.AddRange(members.Select(m => new NamedTypeNode(0, m)));
        return this;
    }

    /// <summary>The name of a value's object type.</summary>
    public UnionBuilder TypeOf(Func<object, string?> typeOf)
    {
        _type.TypeOf = typeOf;
        return this;
    }
}

/// <summary>3.9 Enums.</summary>
public sealed class EnumBuilder
{
    private readonly EnumType _type;

    internal EnumBuilder(EnumType type) => _type = type;

    public EnumBuilder Describe(string text)
    {
        _type.Description = text;
        return this;
    }

    /// <summary>A value by its SDL (<c>HIGH @deprecated</c>), with what resolvers see of it: its name unless said. One that is there already gets what is said.</summary>
    public EnumBuilder Value(string sdl, object? value = null, string? description = null)
    {
        var read = SdlReader.EnumValueOf(Parser.ParseEnumValue(sdl));
        var known = _type.Values.Find(read.Name) ?? read;
        _type.Values.Add(known);
        known.Value = value ?? known.Value;
        known.Description = description ?? known.Description;
        return this;
    }

    /// <summary>The values of a CLR enum, in capitals with underscores.</summary>
    public EnumBuilder Of<T>()
        where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            Value(ClrFields.Constant(value.ToString()), value);
        }

        return this;
    }
}

/// <summary>3.10 Input objects.</summary>
public sealed class InputBuilder
{
    private readonly InputObjectType _type;

    internal InputBuilder(InputObjectType type) => _type = type;

    public InputBuilder Describe(string text)
    {
        _type.Description = text;
        return this;
    }

    /// <summary>A field by its SDL, such as <c>name: String! @constraint(maxLength: 200)</c>.</summary>
    public InputBuilder Field(string sdl, string? description = null)
    {
        var value = SdlReader.InputValueOf(Parser.ParseInputValue(sdl));
        value.Description = description ?? value.Description;
        return _type.Fields.Add(value) ? this : throw new SchemaException([$"Field \"{_type.Name}.{value.Name}\" is defined twice."]);
    }

    /// <summary>Exactly one field must be given.</summary>
    public InputBuilder OneOf()
    {
        _type.Apply(Parser.ParseDirectives("@oneOf"));
        return this;
    }

    /// <summary>What resolvers see instead of an <see cref="InputObject"/>.</summary>
    public InputBuilder Bind(Func<InputObject, object> bind)
    {
        _type.Bind = bind;
        return this;
    }
}

/// <summary>3.5 Scalars.</summary>
public sealed class ScalarBuilder
{
    private readonly ScalarType _type;

    internal ScalarBuilder(ScalarType type) => _type = type;

    public ScalarBuilder Describe(string text)
    {
        _type.Description = text;
        return this;
    }

    public ScalarBuilder SpecifiedBy(string url)
    {
        _type.Apply(Parser.ParseDirectives($"@specifiedBy(url: {SyntaxPrinter.Quote(url)})"));
        return this;
    }

    /// <summary>A resolver's value as the answer's: text, number, boolean or JSON.</summary>
    public ScalarBuilder Serialize(Func<object, object?> serialize)
    {
        _type.Serialize = serialize;
        return this;
    }

    /// <summary>A client's value as resolvers see it; literals are first made into JSON. Throw <see cref="CoercionException"/> to refuse it.</summary>
    public ScalarBuilder Parse(Func<System.Text.Json.JsonElement, object?> parse)
    {
        _type.ParseValue = parse;
        return this;
    }
}
