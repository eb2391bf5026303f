namespace Platform.GraphQL;

/// <summary>4 Introspection: the schema as data. Parents of its fields are the schema's own objects.</summary>
internal static class Introspection
{
    private const string Sdl = """
        "A GraphQL Schema defines the capabilities of a GraphQL server. It exposes all available types and directives on the server, as well as the entry points for query, mutation, and subscription operations."
        type __Schema {
          description: String
          "A list of all types supported by this server."
          types: [__Type!]!
          "The type that query operations will be rooted at."
          queryType: __Type!
          "If this server supports mutation, the type that mutation operations will be rooted at."
          mutationType: __Type
          "If this server support subscription, the type that subscription operations will be rooted at."
          subscriptionType: __Type
          "A list of all directives supported by this server."
          directives: [__Directive!]!
        }
        "The fundamental unit of any GraphQL Schema is the type. There are many kinds of types in GraphQL as represented by the `__TypeKind` enum."
        type __Type {
          kind: __TypeKind!
          name: String
          description: String
          specifiedByURL: String
          fields(includeDeprecated: Boolean! = false): [__Field!]
          interfaces: [__Type!]
          possibleTypes: [__Type!]
          enumValues(includeDeprecated: Boolean! = false): [__EnumValue!]
          inputFields(includeDeprecated: Boolean! = false): [__InputValue!]
          ofType: __Type
          isOneOf: Boolean
        }
        "An enum describing what kind of type a given `__Type` is."
        enum __TypeKind {
          SCALAR
          OBJECT
          INTERFACE
          UNION
          ENUM
          INPUT_OBJECT
          LIST
          NON_NULL
        }
        "Object and Interface types are described by a list of Fields, each of which has a name, potentially a list of arguments, and a return type."
        type __Field {
          name: String!
          description: String
          args(includeDeprecated: Boolean! = false): [__InputValue!]!
          type: __Type!
          isDeprecated: Boolean!
          deprecationReason: String
        }
        "Arguments provided to Fields or Directives and the input fields of an InputObject are represented as Input Values which describe their type and optionally a default value."
        type __InputValue {
          name: String!
          description: String
          type: __Type!
          "A GraphQL-formatted string representing the default value for this input value."
          defaultValue: String
          isDeprecated: Boolean!
          deprecationReason: String
        }
        "One possible value for a given Enum. Enum values are unique values, not a placeholder for a string or numeric value."
        type __EnumValue {
          name: String!
          description: String
          isDeprecated: Boolean!
          deprecationReason: String
        }
        "A Directive provides a way to describe alternate runtime execution and type validation behavior in a GraphQL document."
        type __Directive {
          name: String!
          description: String
          isRepeatable: Boolean!
          locations: [__DirectiveLocation!]!
          args(includeDeprecated: Boolean! = false): [__InputValue!]!
        }
        "A Directive can be adjacent to many parts of the GraphQL language, a __DirectiveLocation describes one such possible adjacencies."
        enum __DirectiveLocation {
          QUERY
          MUTATION
          SUBSCRIPTION
          FIELD
          FRAGMENT_DEFINITION
          FRAGMENT_SPREAD
          INLINE_FRAGMENT
          VARIABLE_DEFINITION
          SCHEMA
          SCALAR
          OBJECT
          FIELD_DEFINITION
          ARGUMENT_DEFINITION
          INTERFACE
          UNION
          ENUM
          ENUM_VALUE
          INPUT_OBJECT
          INPUT_FIELD_DEFINITION
        }
        """;

    public static void Define(SchemaBuilder schema)
    {
        schema.Sdl(Sdl);
        schema.Object("__Schema", type =>
        {
            On<Schema>(type, "description", (s, _) => s.Description);
            On<Schema>(type, "types", (s, _) => s.Types);
            On<Schema>(type, "queryType", (s, _) => s.Query);
            On<Schema>(type, "mutationType", (s, _) => s.Mutation);
            On<Schema>(type, "subscriptionType", (s, _) => s.Subscription);
            On<Schema>(type, "directives", (s, _) => s.Directives);
        });
        schema.Object("__Type", DefineType);
        schema.Object("__Field", type =>
        {
            DefineMember(type);
            On<Field>(type, "args", (f, c) => Current(f.Arguments, a => a.DeprecationReason, c));
            On<Field>(type, "type", (f, _) => f.Type);
            On<Field>(type, "isDeprecated", (f, _) => f.DeprecationReason is not null);
            On<Field>(type, "deprecationReason", (f, _) => f.DeprecationReason);
        });
        schema.Object("__InputValue", type =>
        {
            DefineMember(type);
            On<InputValue>(type, "type", (v, _) => v.Type);
            On<InputValue>(type, "defaultValue", (v, _) => v.DefaultValue?.ToString());
            On<InputValue>(type, "isDeprecated", (v, _) => v.DeprecationReason is not null);
            On<InputValue>(type, "deprecationReason", (v, _) => v.DeprecationReason);
        });
        schema.Object("__EnumValue", type =>
        {
            DefineMember(type);
            On<EnumValue>(type, "isDeprecated", (v, _) => v.DeprecationReason is not null);
            On<EnumValue>(type, "deprecationReason", (v, _) => v.DeprecationReason);
        });
        schema.Object("__Directive", type =>
        {
            DefineMember(type);
            On<DirectiveDefinition>(type, "isRepeatable", (d, _) => d.IsRepeatable);
            On<DirectiveDefinition>(type, "locations", (d, _) => d.Locations);
            On<DirectiveDefinition>(type, "args", (d, c) => Current(d.Arguments, a => a.DeprecationReason, c));
        });
    }

    /// <summary>Fields that no type lists: <c>__schema</c>, <c>__type</c>, <c>__typename</c>.</summary>
    public static (Field Schema, Field Type, Field TypeName) MetaFields(Schema schema)
    {
        Field Make(string sdl, GraphType type, Resolver resolver)
        {
            var field = SdlReader.FieldOf(Parser.ParseField(sdl));
            (field.Type, field.Resolver) = (type, resolver);
            return field;
        }

        var text = schema.Find("String")!.AsNonNull();
        var byName = Make("__type(name: String!): __Type", schema.Find("__Type")!, context => new(schema.Find(context.Argument<string>("name")!)));
        byName.Arguments["name"].Type = text;
        return (
            Make("__schema: __Schema!", schema.Find("__Schema")!.AsNonNull(), _ => new(schema)),
            byName,
            Make("__typename: String!", text, context => new(context.ParentType.Name)));
    }

    private static void DefineType(ObjectBuilder type)
    {
        On<GraphType>(type, "kind", (t, _) => t switch
        {
            ScalarType => "SCALAR",
            ObjectType => "OBJECT",
            InterfaceType => "INTERFACE",
            UnionType => "UNION",
            EnumType => "ENUM",
            InputObjectType => "INPUT_OBJECT",
            ListType => "LIST",
            _ => "NON_NULL",
        });
        On<GraphType>(type, "name", (t, _) => (t as NamedType)?.Name);
        On<GraphType>(type, "description", (t, _) => (t as NamedType)?.Description);
        On<GraphType>(type, "specifiedByURL", (t, _) => (t as ScalarType)?.SpecifiedBy);
        On<GraphType>(type, "fields", (t, c) => t is FieldsType fields ? Current(fields.Fields, f => f.DeprecationReason, c) : null);
        On<GraphType>(type, "interfaces", (t, _) => (t as FieldsType)?.Interfaces);
        On<GraphType>(type, "possibleTypes", (t, _) => t is InterfaceType or UnionType ? ((CompositeType)t).PossibleTypes : null);
        On<GraphType>(type, "enumValues", (t, c) => t is EnumType symbols ? Current(symbols.Values, v => v.DeprecationReason, c) : null);
        On<GraphType>(type, "inputFields", (t, c) => t is InputObjectType input ? Current(input.Fields, f => f.DeprecationReason, c) : null);
        On<GraphType>(type, "ofType", (t, _) => t switch { ListType list => list.Inner, NonNullType nonNull => nonNull.Inner, _ => null });
        On<GraphType>(type, "isOneOf", (t, _) => (t as InputObjectType)?.IsOneOf);
    }

    private static void DefineMember(ObjectBuilder type)
    {
        On<SchemaMember>(type, "name", (m, _) => m.Name);
        On<SchemaMember>(type, "description", (m, _) => m.Description);
    }

    private static void On<T>(ObjectBuilder type, string field, Func<T, ResolveContext, object?> read) =>
        type.Field(field).Resolve(context => read((T)context.Parent!, context));

    private static IEnumerable<T> Current<T>(NamedList<T> members, Func<T, string?> deprecation, ResolveContext context)
        where T : SchemaMember => context.Argument<bool>("includeDeprecated") ? members : members.Where(m => deprecation(m) is null);
}
