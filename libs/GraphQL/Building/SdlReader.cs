namespace Platform.GraphQL;

/// <summary>Puts the definitions and extensions of a type system document into a schema under construction.</summary>
internal sealed class SdlReader(SchemaBuilder schema)
{
    private readonly List<string> _faults = [];

    public void Read(DocumentNode document)
    {
        // Extensions may stand before what they extend.
        foreach (var pass in (bool[])[false, true])
        {
            foreach (var definition in document.Items)
            {
                if (definition is not TypeSystemNode node)
                {
                    _faults.Add($"The {definition.GetType().Name} at {document.LocationOf(definition)} is executable.");
                }
                else if (node.IsExtension == pass)
                {
                    Add(node);
                }
            }
        }

        if (_faults.Count > 0)
        {
            throw new SchemaException(_faults);
        }
    }

    public static Field FieldOf(FieldDefinitionNode node)
    {
        var field = new Field(node.Name, node.Type) { Description = node.Description };
        field.Apply(node.Directives);
        foreach (var argument in node.Arguments)
        {
            if (!field.Arguments.Add(InputValueOf(argument)))
            {
                throw new SchemaException([$"Argument \"{node.Name}({argument.Name}:)\" can only be defined once."]);
            }
        }

        return field;
    }

    public static InputValue InputValueOf(InputValueDefinitionNode node)
    {
        var value = new InputValue(node.Name, node.Type, node.DefaultValue) { Description = node.Description };
        value.Apply(node.Directives);
        return value;
    }

    public static EnumValue EnumValueOf(EnumValueDefinitionNode node)
    {
        var value = new EnumValue(node.Name) { Description = node.Description };
        value.Apply(node.Directives);
        return value;
    }

    private void Add(TypeSystemNode node)
    {
        switch (node)
        {
            case SchemaNode definition:
                schema.SetRoots(definition);
                break;
            case DirectiveDefinitionNode definition:
                AddDirective(definition);
                break;
            case ScalarDefinitionNode definition:
                Begin(definition, static name => new ScalarType(name));
                break;
            case FieldsDefinitionNode { IsInterface: false } definition:
                AddFields(definition, Begin(definition, static name => new ObjectType(name)));
                break;
            case FieldsDefinitionNode definition:
                AddFields(definition, Begin(definition, static name => new InterfaceType(name)));
                break;
            case UnionDefinitionNode definition:
                Begin(definition, static name => new UnionType(name))?.MemberNames.AddRange(definition.Members);
                break;
            case EnumDefinitionNode definition:
                AddValues(definition, Begin(definition, static name => new EnumType(name)));
                break;
            case InputDefinitionNode definition:
                AddFields(definition, Begin(definition, static name => new InputObjectType(name)));
                break;
        }
    }

    private T? Begin<T>(TypeDefinitionNode node, Func<string, T> make)
        where T : NamedType
    {
        var known = schema.Find(node.Name);
        if (node.IsExtension ? known is not T : known is not null)
        {
            _faults.Add(node.IsExtension ? $"Cannot extend type \"{node.Name}\" because it is not defined so." : $"There can be only one type named \"{node.Name}\".");
            return null;
        }

        var type = (T?)known ?? schema.Add(make(node.Name));
        type.Description ??= node.Description;
        type.Apply(node.Directives);
        return type;
    }

    private void AddFields(FieldsDefinitionNode node, FieldsType? type)
    {
        type?.InterfaceNames.AddRange(node.Interfaces);
        foreach (var field in node.Fields)
        {
            if (type?.Fields.Add(FieldOf(field)) == false)
            {
                _faults.Add($"Field \"{node.Name}.{field.Name}\" can only be defined once.");
            }
        }
    }

    private void AddFields(InputDefinitionNode node, InputObjectType? type)
    {
        foreach (var field in node.Fields)
        {
            if (type?.Fields.Add(InputValueOf(field)) == false)
            {
                _faults.Add($"Field \"{node.Name}.{field.Name}\" can only be defined once.");
            }
        }
    }

    private void AddValues(EnumDefinitionNode node, EnumType? type)
    {
        foreach (var value in node.Values)
        {
            if (type?.Values.Add(EnumValueOf(value)) == false)
            {
                _faults.Add($"Enum value \"{node.Name}.{value.Name}\" can only be defined once.");
            }
        }
    }

    private void AddDirective(DirectiveDefinitionNode node)
    {
        var directive = new DirectiveDefinition(node.Name) { Description = node.Description, IsRepeatable = node.IsRepeatable, Locations = node.Locations };
        foreach (var argument in node.Arguments)
        {
            if (!directive.Arguments.Add(InputValueOf(argument)))
            {
                _faults.Add($"Argument \"@{node.Name}({argument.Name}:)\" can only be defined once.");
            }
        }

        if (!schema.Directives.Add(directive))
        {
            _faults.Add($"There can be only one directive named \"@{node.Name}\".");
        }
    }
}
