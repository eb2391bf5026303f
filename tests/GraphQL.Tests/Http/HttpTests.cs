using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Platform.GraphQL.Tests.Http;

public sealed class HttpTests(TestServer server)
{
    private const string ResponseJson = "application/graphql-response+json";

    [Theory]
    [InlineData(null, "{ hello }", 200, "application/json")]
    [InlineData("*/*", "{ hello }", 200, "application/json")]
    [InlineData(ResponseJson, "{ hello }", 200, ResponseJson)]
    [InlineData("application/json;q=0.5, " + ResponseJson, "{ hello }", 200, ResponseJson)]
    [InlineData("application/json, " + ResponseJson + ";q=0.9", "{", 200, "application/json")]
    [InlineData(ResponseJson, "{", 400, ResponseJson)]
    [InlineData(ResponseJson, "{ nothing }", 400, ResponseJson)]
    [InlineData(ResponseJson, "{ secret }", 200, ResponseJson)]
    [InlineData(ResponseJson, "{ dear { a } }", 429, ResponseJson)]
    [InlineData(ResponseJson, "subscription { count(to: 1) }", 403, ResponseJson)]
    [InlineData(ResponseJson, "query A { hello } query B { hello }", 400, ResponseJson)]
    [InlineData("text/html", "{ hello }", 406, null)]
    public async Task The_form_and_status_follow_what_is_accepted(string? accept, string query, int status, string? type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = TestServer.Json(new { query }) };
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        using var response = await server.Client.SendAsync(request);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Get_is_for_queries_and_may_be_kept()
    {
        using var answer = await server.Client.GetAsync("/graphql?query=query($n:String){hello(name:$n)}&variables=" + Uri.EscapeDataString("""{"n":"x"}"""));
        Assert.Equal("""{"data":{"hello":"Hello, x!"}}""", await answer.Content.ReadAsStringAsync());
        Assert.Equal(TimeSpan.FromSeconds(60), answer.Headers.CacheControl!.MaxAge);
        using var change = await server.Client.GetAsync("/graphql?query=mutation{add(value:1)}");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, change.StatusCode);
        using var other = await server.Client.PutAsync("/graphql", TestServer.Json(new { query = "{ hello }" }));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, other.StatusCode);
        Assert.Equal(["GET", "POST"], other.Content.Headers.Allow);
        using var malformed = await server.Client.GetAsync("/graphql?query={hello}&variables={");
        Assert.Equal(HttpStatusCode.BadRequest, malformed.StatusCode);
    }

    [Fact]
    public async Task What_is_no_request_is_refused()
    {
        using var text = await server.Client.PostAsync("/graphql", new StringContent("""{"query":"{ hello }"}""", Encoding.UTF8, "text/plain"));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, text.StatusCode);
        using var large = await server.Client.PostAsync("/graphql", TestServer.Json(new { query = "{ hello }" + new string(' ', 30_000) }));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        using var content = new StringContent("""{"query":"{ hello }"}""", Encoding.Latin1);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "iso-8859-1");
        using var latin = await server.Client.PostAsync("/graphql", content);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, latin.StatusCode);
    }

    [Fact]
    public async Task A_batch_is_answered_in_its_order_and_is_bounded()
    {
        var answers = await server.PostAsync(new object[] { new { query = "{ hello }" }, new { query = "mutation { add(value: 2) }" }, new { query = "{ nothing }" } });
        Assert.Equal("Hello, world!", answers[0].GetProperty("data").GetProperty("hello").GetString());
        Assert.Equal(3, answers[1].GetProperty("data").GetProperty("add").GetInt32());
        Assert.True(answers[2].TryGetProperty("errors", out _));
        using var four = await server.Client.PostAsync("/graphql", TestServer.Json(Enumerable.Repeat(new { query = "{ hello }" }, 4)));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, four.StatusCode);
        using var none = await server.Client.PostAsync("/graphql", TestServer.Json("[]"));
        Assert.Equal(HttpStatusCode.BadRequest, none.StatusCode);
    }

    [Fact]
    public async Task A_document_is_sent_once_and_then_named_by_its_hash()
    {
        var query = $"{{ hello(name: \"{Random.Shared.Next(1_000_000)}\") }}";
        var extensions = new { persistedQuery = new { version = 1, sha256Hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(query))) } };
        var unknown = await server.PostAsync(new { extensions });
        Assert.Equal("PERSISTED_QUERY_NOT_FOUND", Code(unknown));
        Assert.True((await server.PostAsync(new { query, extensions })).TryGetProperty("data", out _));
        Assert.True((await server.PostAsync(new { extensions })).TryGetProperty("data", out _));
        using var byId = await server.Client.GetAsync($"/graphql?documentId=sha256:{extensions.persistedQuery.sha256Hash}");
        Assert.Equal(HttpStatusCode.OK, byId.StatusCode);
        Assert.Equal("MALFORMED_REQUEST", Code(await server.PostAsync(new { query = "{ hello }", extensions })));
    }

    [Fact]
    public async Task Only_known_documents_can_be_asked_for_where_it_is_said_so()
    {
        Assert.Equal("QUERY_NOT_ALLOWED", Code(await server.PostAsync(new { query = "{ hello }" }, "/known")));
        Assert.True((await server.PostAsync(new { documentId = "sha256:abc" }, "/known")).TryGetProperty("data", out _));
    }

    [Fact]
    public async Task An_answer_is_kept_for_the_same_question_where_the_schema_allows()
    {
        var query = "query A($for: String) { toss(for: $for) } query B { tossAnew } query C { toss tossAnew secret }";
        var first = await server.PostAsync(new { query, operationName = "A", variables = new { @for = "a" } });
        Assert.Equal(first.GetRawText(), (await server.PostAsync(new { query, operationName = "A", variables = new { @for = "a" } })).GetRawText());
        Assert.NotEqual(first.GetRawText(), (await server.PostAsync(new { query, operationName = "A", variables = new { @for = "b" } })).GetRawText());
        foreach (var operationName in new[] { "B", "C" })
        {
            var once = await server.PostAsync(new { query, operationName });
            Assert.NotEqual(once.GetRawText(), (await server.PostAsync(new { query, operationName })).GetRawText());
        }
    }

    [Fact]
    public async Task Errors_have_codes()
    {
        Assert.Equal("INSUFFICIENT_PERMISSIONS", Code(await server.PostAsync(new { query = "{ secret }" })));
        Assert.Equal("VALIDATION_ERROR", Code(await server.PostAsync(new { query = "{ hello(name: \"longer than ten\") }" })));
        Assert.Equal("GRAPHQL_PARSE_FAILED", Code(await server.PostAsync(new { query = "{" })));
    }

    private static string? Code(JsonElement answer) => answer.GetProperty("errors")[0].GetProperty("extensions").GetProperty("code").GetString();
}
