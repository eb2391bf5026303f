using System.Globalization;

namespace Platform.GraphQL;

/// <summary>Turns the directives of a checked schema into what the engine reads while it runs.</summary>
internal static class SchemaHints
{
    public static void Read(Schema schema)
    {
        foreach (var type in schema.Types)
        {
            switch (type)
            {
                case FieldsType fields:
                    Read(fields);
                    break;
                case InputObjectType input:
                    Read(input.Fields);
                    break;
                case ScalarType scalar:
                    scalar.SpecifiedBy = Text(scalar.Directive(KnownDirectives.SpecifiedBy), "url");
                    break;
                case EnumType symbols:
                    foreach (var value in symbols.Values)
                    {
                        value.DeprecationReason = Deprecation(value);
                    }

                    break;
            }
        }

        foreach (var directive in schema.Directives)
        {
            Read(directive.Arguments);
        }
    }

    private static void Read(FieldsType type)
    {
        foreach (var field in type.Fields)
        {
            field.DeprecationReason = Deprecation(field);
            field.Cost = field.Directive("cost")?.Argument("weight") is IntNode weight
                ? int.Parse(weight.Digits, CultureInfo.InvariantCulture)
                : field.Type.Named is CompositeType ? 1 : 0;
            field.ListSize = field.Directive("listSize") is { } size
                ? new ListSize(Whole(size, "assumedSize"), Texts(size, "slicingArguments"), Texts(size, "sizedFields"))
                : null;
            field.Cache = Cache(field.Directive("cacheControl")) ?? Cache(field.Type.Named.Directive("cacheControl"));
            field.Permissions =
            [
                .. type.Directives.Concat(field.Directives).Where(d => d.Name == "requires").Select(d => ((StringNode)d.Argument("permission")!).Value).Distinct(),
            ];
            Read(field.Arguments);
        }
    }

    private static void Read(NamedList<InputValue> values)
    {
        foreach (var value in values)
        {
            value.DeprecationReason = Deprecation(value);
            value.Constraint = value.Directive("constraint") is { } constraint ? Constraint.Of(constraint) : null;
        }
    }

    private static string? Deprecation(SchemaMember member) =>
        member.Directive(KnownDirectives.Deprecated) is { } deprecated ? Text(deprecated, "reason") ?? "No longer supported" : null;

    private static CacheHint? Cache(DirectiveNode? directive) => directive is null ? null : new CacheHint(
        Whole(directive, "maxAge"),
        directive.Argument("scope") is EnumNode scope ? scope.Name == "PRIVATE" : null,
        directive.Argument("inheritMaxAge") is BooleanNode { Value: true });

    private static string? Text(DirectiveNode? directive, string name) => (directive?.Argument(name) as StringNode)?.Value;

    private static int? Whole(DirectiveNode directive, string name) =>
        directive.Argument(name) is IntNode number ? int.Parse(number.Digits, CultureInfo.InvariantCulture) : null;

    private static string[] Texts(DirectiveNode directive, string name) => directive.Argument(name) switch
    {
        ListNode list => [.. list.Items.OfType<StringNode>().Select(s => s.Value)],
        StringNode text => [text.Value],
        _ => [],
    };
}
