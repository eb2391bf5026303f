using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.GraphQL.Tests.Oracle;

/// <summary>graphql-js says of each document what we say: whether it parses, whether it is valid, what it gives.</summary>
public sealed class OracleTests(OracleFixture oracle)
{
    [Fact]
    public async Task Verdicts_on_generated_documents_are_equal()
    {
        // Faultless ones, and ones with a fault here and there.
        var documents = Enumerable.Range(0, 2_400).Select(i => new DocumentGenerator(i, i % 3 == 0 ? 0 : 0.02).Document()).ToList();
        var answers = await oracle.AskAsync([.. documents.Select(query => new { op = "check", query })]);
        var seen = new Dictionary<string, int>();
        var differences = new List<string>();
        foreach (var (document, answer) in documents.Zip(answers))
        {
            var theirs = Verdict(answer);
            var ours = Verdict(document, out var why);
            seen[theirs] = seen.GetValueOrDefault(theirs) + 1;
            if (ours != theirs)
            {
                differences.Add($"{document}\n  ours: {ours} {why}\n  theirs: {theirs} {answer}");
            }
        }

        Assert.True(differences.Count == 0, $"{differences.Count} differ:\n{string.Join("\n\n", differences.Take(5))}");
        // Neither side is asked the same thing all the time.
        Assert.All(["unparsed", "invalid", "valid"], verdict => Assert.InRange(seen.GetValueOrDefault(verdict), 100, 2_200));
    }

    [Theory]
    [MemberData(nameof(HandWritten.All), MemberType = typeof(HandWritten))]
    public async Task Verdicts_on_hand_written_documents_are_equal(string document)
    {
        var answer = (await oracle.AskAsync([new { op = "check", query = document }]))[0];
        Assert.Equal(Verdict(answer), Verdict(document, out _));
    }

    [Fact]
    public async Task Generated_documents_give_the_same()
    {
        var documents = Enumerable.Range(10_000, 1_200).Select(i => (Text: new DocumentGenerator(i, 0).Document(), Variables: Variables(i)))
            .Where(d => Verdict(d.Text, out _) == "valid" && !d.Text.StartsWith("subscription", StringComparison.Ordinal)).ToList();
        Assert.InRange(documents.Count, 200, 1_200);
        await CompareAsync(documents);
    }

    [Theory]
    [MemberData(nameof(HandWritten.Executed), MemberType = typeof(HandWritten))]
    public async Task Hand_written_documents_give_the_same(string document, string variables) => await CompareAsync([(document, JsonElement.Parse(variables))]);

    [Fact]
    public async Task Its_client_builds_our_schema()
    {
        var asked = (await oracle.AskAsync([new { op = "introspection" }]))[0].GetProperty("query").GetString()!;
        var result = await Mirror.Engine.ExecuteAsync(new GraphQLRequest(asked), Mirror.Scope, TestContext.Current.CancellationToken);
        var data = JsonElement.Parse(result.ToJson()).GetProperty("data");
        var built = (await oracle.AskAsync([new { op = "client", data }]))[0];
        Assert.Equal(built.GetProperty("own").GetString(), built.GetProperty("sdl").GetString());
    }

    /// <summary>3.5.2: what no finite double holds is a request error. graphql-js takes it for infinity.</summary>
    [Fact]
    public async Task A_float_that_is_not_finite_is_refused_though_graphql_js_takes_it()
    {
        const string Document = "{ echo(float: 1e400) }";
        Assert.Equal("invalid", Verdict(Document, out _));
        Assert.Equal("valid", Verdict((await oracle.AskAsync([new { op = "check", query = Document }]))[0]));
    }

    private async Task CompareAsync(List<(string Text, JsonElement Variables)> documents)
    {
        var answers = await oracle.AskAsync([.. documents.Select(d => new { op = "execute", query = d.Text, variables = d.Variables })]);
        var differences = new List<string>();
        foreach (var ((text, variables), answer) in documents.Zip(answers))
        {
            Assert.True(answer.GetProperty("valid").GetBoolean(), $"{text}\n{answer}");
            var result = await Mirror.Engine.ExecuteAsync(new GraphQLRequest(text, null, variables), Mirror.Scope, TestContext.Current.CancellationToken);
            var (ours, theirs) = (Told(JsonElement.Parse(result.ToJson())), Told(answer.GetProperty("result")));
            if (!JsonNode.DeepEquals(ours, theirs))
            {
                differences.Add($"{text}\n{variables}\n  ours: {ours.ToJsonString()}\n  theirs: {theirs.ToJsonString()}");
            }
        }

        Assert.True(differences.Count == 0, $"{differences.Count} differ:\n{string.Join("\n\n", differences.Take(5))}");
    }

    /// <summary>
    /// Data as it is, and which nulls have errors: messages are each side's own, and how many errors are told of one null is
    /// left open (6.4.4).
    /// </summary>
    private static JsonObject Told(JsonElement answer)
    {
        var errors = answer.TryGetProperty("errors", out var told) ? told.EnumerateArray().ToList() : [];
        var hasData = answer.TryGetProperty("data", out var data);
        var paths = errors.Select(e => NullAt(data, e)).Distinct().Order(StringComparer.Ordinal);
        return new JsonObject
        {
            ["data"] = hasData ? Plain(data) : "none",
            ["errors"] = new JsonArray([.. paths.Select(p => JsonValue.Create(p))]),
        };
    }

    /// <summary>The nearest null on the way to where an error is.</summary>
    private static string NullAt(JsonElement data, JsonElement error)
    {
        var at = "";
        foreach (var key in error.TryGetProperty("path", out var path) ? path.EnumerateArray() : default)
        {
            if (data.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
            {
                break;
            }

            data = key.ValueKind == JsonValueKind.Number ? data[key.GetInt32()] : data.GetProperty(key.GetString()!);
            at += "." + key;
        }

        return at;
    }

    /// <summary>1.0 and 1 are the same number.</summary>
    private static JsonNode? Plain(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => new JsonObject(json.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, Plain(p.Value)))),
        JsonValueKind.Array => new JsonArray([.. json.EnumerateArray().Select(Plain)]),
        JsonValueKind.Number => JsonValue.Create(json.GetDouble()),
        JsonValueKind.Null => null,
        _ => JsonNode.Parse(json.GetRawText()),
    };

    /// <summary>Values for some of the variables that generated documents have; many fit none, and that is compared too.</summary>
    private static JsonElement Variables(int seed) => JsonElement.Parse((seed % 4) switch
    {
        0 => """{ "v0": 1, "v1": "text", "v2": true, "x": 3, "y": "LOW" }""",
        1 => """{ "v0": "LOW", "v1": [1, 2], "v2": null, "x": true, "y": { "min": 2, "not": { "text": "t" } } }""",
        2 => """{ "v0": { "id": "a" }, "v1": { "min": null }, "v2": 2.5, "x": "x", "y": false }""",
        _ => "{}",
    });

    private static string Verdict(JsonElement answer) => !answer.GetProperty("parsed").GetBoolean() ? "unparsed" : answer.GetProperty("valid").GetBoolean() ? "valid" : "invalid";

    private static string Verdict(string document, out string why)
    {
        Mirror.Engine.Prepare(document, out var errors);
        why = string.Join("; ", errors.Select(e => e.Message));
        return errors.Count == 0 ? "valid" : errors[0].Code == "GRAPHQL_PARSE_FAILED" ? "unparsed" : "invalid";
    }
}
