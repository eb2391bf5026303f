namespace Platform.GraphQL;

/// <summary>A schema as a type system document: what is common to all schemas is left out.</summary>
internal static class SchemaPrinter
{
    private static readonly HashSet<string> Standard =
        [.. Parser.Parse(KnownDirectives.Standard).Items.Cast<DirectiveDefinitionNode>().Select(d => d.Name)];

    public static string Print(Schema schema)
    {
        var nodes = new List<DefinitionNode>();
        if (schema.Description is not null || !HasCommonRoots(schema))
        {
            nodes.Add(new SchemaNode(0, [.. Roots(schema)]) { Description = schema.Description });
        }

        foreach (var directive in schema.Directives)
        {
            if (!Standard.Contains(directive.Name))
            {
                nodes.Add(new DirectiveDefinitionNode(0, directive.Name, Values(directive.Arguments), directive.IsRepeatable, [.. directive.Locations]) { Description = directive.Description });
            }
        }

        foreach (var type in schema.Types)
        {
            if (!type.Name.StartsWith("__", StringComparison.Ordinal) && type is not ScalarType { Name: "Int" or "Float" or "String" or "Boolean" or "ID" })
            {
                nodes.Add(Node(type));
            }
        }

        return SyntaxPrinter.Print(new DocumentNode("", [.. nodes]));
    }

    private static bool HasCommonRoots(Schema schema) =>
        schema.Query.Name == "Query"
        && (schema.Mutation?.Name ?? "Mutation") == "Mutation" && (schema.Mutation is not null || schema.Find("Mutation") is null)
        && (schema.Subscription?.Name ?? "Subscription") == "Subscription" && (schema.Subscription is not null || schema.Find("Subscription") is null);

    private static IEnumerable<OperationTypeNode> Roots(Schema schema)
    {
        foreach (var kind in Enum.GetValues<OperationKind>())
        {
            if (schema.RootOf(kind) is { } root)
            {
                yield return new OperationTypeNode(0, kind, new NamedTypeNode(0, root.Name));
            }
        }
    }

    private static TypeDefinitionNode Node(NamedType type) => type switch
    {
        FieldsType fields => new FieldsDefinitionNode(0, type.Name, type is InterfaceType, [.. fields.Interfaces.Select(Reference)], [.. fields.Fields.Select(Node)])
        {
            Description = type.Description,
            Directives = [.. type.Directives],
        },
        UnionType union => new UnionDefinitionNode(0, type.Name, [.. union.Possible.Select(Reference)]) { Description = type.Description, Directives = [.. type.Directives] },
        EnumType symbols => new EnumDefinitionNode(0, type.Name, [.. symbols.Values.Select(v => new EnumValueDefinitionNode(0, v.Name) { Description = v.Description, Directives = [.. v.Directives] })])
        {
            Description = type.Description,
            Directives = [.. type.Directives],
        },
        InputObjectType input => new InputDefinitionNode(0, type.Name, Values(input.Fields)) { Description = type.Description, Directives = [.. type.Directives] },
        _ => new ScalarDefinitionNode(0, type.Name) { Description = type.Description, Directives = [.. type.Directives] },
    };

    private static FieldDefinitionNode Node(Field field) =>
        new(0, field.Name, Values(field.Arguments), field.TypeSyntax) { Description = field.Description, Directives = [.. field.Directives] };

    private static InputValueDefinitionNode[] Values(NamedList<InputValue> values) =>
        [.. values.Select(v => new InputValueDefinitionNode(0, v.Name, v.TypeSyntax, v.DefaultValue) { Description = v.Description, Directives = [.. v.Directives] })];

    private static NamedTypeNode Reference(NamedType type) => new(0, type.Name);
}
