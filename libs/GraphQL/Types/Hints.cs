namespace Platform.GraphQL;

/// <summary>How many items a list field may give (<c>@listSize</c>), after the GraphQL Cost Directives specification of IBM.</summary>
/// <param name="Assumed">Where no slicing argument is given.</param>
/// <param name="SlicingArguments">Arguments that bound it; the greatest counts.</param>
/// <param name="SizedFields">Fields of the returned object that are the list (<c>edges</c>, <c>nodes</c>); empty: the field itself.</param>
public sealed record ListSize(int? Assumed, IReadOnlyList<string> SlicingArguments, IReadOnlyList<string> SizedFields);

/// <summary>How long an answer may be kept, and whether other callers may have it (<c>@cacheControl</c>).</summary>
public sealed record CacheHint(int? MaxAge, bool? IsPrivate, bool InheritMaxAge = false);

/// <summary>Names of the directives that the engine reads from a schema.</summary>
internal static class KnownDirectives
{
    public const string Skip = "skip";
    public const string Include = "include";
    public const string Deprecated = "deprecated";
    public const string SpecifiedBy = "specifiedBy";
    public const string OneOf = "oneOf";

    /// <summary>3.13 of the specification; every schema has them.</summary>
    public const string Standard = """
        "Directs the executor to include this field or fragment only when the `if` argument is true."
        directive @include("Included when true." if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
        "Directs the executor to skip this field or fragment when the `if` argument is true."
        directive @skip("Skipped when true." if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
        "Marks an element of a GraphQL schema as no longer supported."
        directive @deprecated("Why, and what to use instead, in Markdown." reason: String! = "No longer supported") on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE
        "Exposes a URL that specifies the behavior of this scalar."
        directive @specifiedBy("The URL that specifies the behavior of this scalar." url: String!) on SCALAR
        "Indicates exactly one field must be supplied and this field must not be `null`."
        directive @oneOf on INPUT_OBJECT
        """;

    /// <summary>The engine's own; a schema that uses one defines it by that.</summary>
    public const string Own = """
        "What a value must be besides of its type."
        directive @constraint(minLength: Int, maxLength: Int, pattern: String, format: String, min: Float, max: Float, exclusiveMin: Float, exclusiveMax: Float, multipleOf: Float, minItems: Int, maxItems: Int) on ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION
        "How long, in seconds, an answer with this field may be kept, and whether other callers may have it."
        directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
        "What one call of the field costs, its selection apart."
        directive @cost(weight: Int!) on FIELD_DEFINITION
        "How many items the field may give."
        directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!]) on FIELD_DEFINITION
        "The permission that a caller needs."
        directive @requires(permission: String!) repeatable on FIELD_DEFINITION | OBJECT
        enum CacheControlScope {
          PUBLIC
          PRIVATE
        }
        """;
}
