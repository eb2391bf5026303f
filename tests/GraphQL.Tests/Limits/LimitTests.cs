using System.Diagnostics;
using System.Text.Json;

namespace Platform.GraphQL.Tests.Limits;

public sealed class LimitTests
{
    private static readonly GraphQLEngine Engine = new(Schema.FromSdl(HostileDocuments.Sdl));

    [Theory]
    [InlineData("{ one { id } }", 1)]
    [InlineData("{ things { id } }", 20)]
    [InlineData("{ things(first: 7) { id thing { id } } }", 14)]
    [InlineData("{ page(first: 100) { edges { node { id } } } }", 101)]
    [InlineData("{ page { nodes { id } } }", 11)]
    [InlineData("{ one { dear { id } } }", 51)]
    [InlineData("{ one { thing { thing { thing { id } } } } }", 5)]
    [InlineData("{ either { ... on Thing { dear { id } } ... on Other { thing { id } } } }", 51)]
    [InlineData("query ($n: Int = 3) { things(first: $n) { id } }", 3)]
    [InlineData("{ a: one { id } b: one { id } __typename __schema { types { name } } }", 3)]
    public void Cost_counts_objects_by_weight_and_size(string query, int cost) => Assert.Equal(cost, Admit(query).Cost);

    [Theory]
    [InlineData("{ things(first: 1001) { id } }", "costs 1001")]
    [InlineData("{ things(first: 2147483647) { things(first: 2147483647) { id } } }", "costs far too much")]
    [InlineData("{ one { thing { thing { thing { thing { thing { thing { thing { thing { thing { id } } } } } } } } } } }", "11 fields deep")]
    [InlineData("{ things(first: 1) { things(first: 1) { things(first: 1) { things(first: 1) { things(first: 1) { things(first: 1) { id } } } } } } }", "nests lists 6 deep")]
    [InlineData("{ ...A } fragment A on Query { one { ...B } } fragment B on Thing { thing { thing { thing { ...C } } } } fragment C on Thing { thing { thing { thing { thing { thing { thing { id } } } } } } }", "11 fields deep")]
    public void Too_much_is_refused_before_anything_runs(string query, string why)
    {
        var error = Assert.Single(Admit(query).Errors);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Equal("QUERY_TOO_EXPENSIVE", error.Code);
    }

    [Fact]
    public void A_variable_counts_as_what_it_is() =>
        Assert.Contains("costs 5000", Admit("query ($n: Int) { things(first: $n) { id } }", JsonElement.Parse("""{ "n": 5000 }""")).Errors[0].Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("{ page { nodes { id } } }", 60, false)]
    [InlineData("{ one { id } }", 30, true)]
    [InlineData("{ one { id short } }", 5, true)]
    [InlineData("{ one { id thing { id } } }", 0, true)]
    [InlineData("{ one { id } take }", 0, true)]
    public void An_answer_may_be_kept_as_long_as_its_shortest_field(string query, int maxAge, bool isPrivate) => Assert.Equal(new CachePolicy(maxAge, isPrivate), Admit(query).Cache);

    [Fact]
    public void A_schema_is_asked_for_by_tools_within_the_limits_and_by_nobody_where_it_is_closed()
    {
        const string Asked = "{ __schema { types { fields { type { ofType { ofType { ofType { ofType { ofType { ofType { ofType { name } } } } } } } } } } } }";
        Assert.True(Admit(Asked).IsAdmitted);
        Assert.Equal("QUERY_NOT_ALLOWED", Engine.Admit(new GraphQLRequest(Asked), new RequestScope { AllowIntrospection = false }).Errors[0].Code);
        Assert.True(Engine.Admit(new GraphQLRequest("{ __typename }"), new RequestScope { AllowIntrospection = false }).IsAdmitted);
    }

    public static TheoryData<string> Hostile => [.. HostileDocuments.All.Keys];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Hostile_documents_are_refused_quickly(string kind)
    {
        var document = HostileDocuments.All[kind]();
        Assert.False(Admit(document).IsAdmitted);
        // No budget, that is the bench's: what grows with the square or the power of a document is far beyond this.
        var least = Enumerable.Range(0, 5).Min(_ =>
        {
            var clock = Stopwatch.StartNew();
            Admit(document);
            return clock.Elapsed;
        });
        Assert.InRange(least, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
    }

    private static AdmittedRequest Admit(string query, JsonElement? variables = null) => Engine.Admit(new GraphQLRequest(query, null, variables), new RequestScope());
}
