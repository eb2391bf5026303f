namespace Platform.Gateway.GraphQL;

/// <summary>Settings of GraphQL (section <c>Gateway:GraphQL</c>).</summary>
internal sealed class GraphQLOptions
{
    public const string Section = "Gateway:GraphQL";

    /// <summary>
    /// Whether GraphiQL and the schema's text are shown without a credential. Queries need one in any case, introspection included.
    /// </summary>
    public bool ShowPage { get; set; }
}
