using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.EndToEndTests.Isolation;

/// <summary>
/// Every field of the queries and mutations that the schema names, with the credential of one tenant and the ids and words of
/// another: nothing of the other may be in an answer, and no answer may differ from the one about what nobody has.
/// </summary>
/// <param name="walker">Who asks.</param>
/// <param name="words">The other tenant's words and ids.</param>
/// <param name="secret">A word that is only in the other tenant's content.</param>
/// <param name="ct">Stops the work.</param>
internal sealed class GraphQLWalk(FilledTenant walker, Words words, string secret, CancellationToken ct)
{
    private const int Deepest = 4;
    private const string Introspection = """
        { __schema { queryType { name } mutationType { name } subscriptionType { name } types { kind name
          fields { name args { name type { ...T } defaultValue } type { ...T } }
          inputFields { name type { ...T } } enumValues { name } } } }
        fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }
        """;

    private readonly List<string> _findings = [];
    private Dictionary<string, JsonElement> _types = [];
    private string _field = "";

    public int Fields { get; private set; }

    /// <summary>The subscriptions, with arguments where they need some.</summary>
    public IReadOnlyDictionary<string, string> Subscriptions { get; private set; } = new Dictionary<string, string>();

    public async Task<IReadOnlyList<string>> RunAsync()
    {
        var schema = JsonElement.Parse(await AskAsync(Introspection)).GetProperty("data").GetProperty("__schema");
        _types = schema.GetProperty("types").EnumerateArray().ToDictionary(t => t.GetProperty("name").GetString()!);
        foreach (var kind in (string[])["query", "mutation"])
        {
            foreach (var field in FieldsOf(schema, kind))
            {
                await WalkAsync(kind, field);
            }
        }

        Subscriptions = FieldsOf(schema, "subscription").ToDictionary(f => f.GetProperty("name").GetString()!, f => Operation("subscription", f, words));
        return _findings;
    }

    private JsonElement.ArrayEnumerator FieldsOf(JsonElement schema, string kind) =>
        _types[schema.GetProperty(kind + "Type").GetProperty("name").GetString()!].GetProperty("fields").EnumerateArray();

    private async Task WalkAsync(string kind, JsonElement field)
    {
        Fields++;
        var name = _field = field.GetProperty("name").GetString()!;
        // What one field made must not be in the way of another.
        var named = words with { Number = words.Number + Fields };
        var there = await LookAsync(name, Operation(kind, field, named), named);
        var absent = named.MadeUp();
        var other = await LookAsync(name, Operation(kind, field, absent), absent);
        if (there != other)
        {
            _findings.Add($"{kind} {name} tells what is there: {there} instead of {other}");
        }
    }

    /// <summary>What an answer tells beside its data: the codes of its errors, and whether the field has a value.</summary>
    private async Task<string> LookAsync(string name, string operation, Words said)
    {
        var text = await AskAsync(operation);
        var found = text.Contains(secret, StringComparison.OrdinalIgnoreCase);
        var answer = JsonElement.Parse(text);
        var codes = answer.TryGetProperty("errors", out var errors)
            ? errors.EnumerateArray().Select(e => e.TryGetProperty("extensions", out var more) && more.TryGetProperty("code", out var code) ? code.GetString()! : "none").Distinct().Order(StringComparer.Ordinal).ToArray()
            : [];
        if (found || codes.Any(c => c.StartsWith("GRAPHQL_", StringComparison.Ordinal) || c is "INTERNAL_SERVER_ERROR" or "RATE_LIMIT_EXCEEDED" or "QUERY_TOO_EXPENSIVE" or "none"))
        {
            _findings.Add($"{name} {(found ? "shows another tenant's content" : "cannot be walked")}: {operation}\n  {text[..Math.Min(400, text.Length)]}");
        }

        var isThere = answer.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object && data.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;
        return $"{(isThere ? "a value" : "nothing")} {string.Join(' ', codes)}";
    }

    private string Operation(string kind, JsonElement field, Words said) =>
        $"{kind} {{ {field.GetProperty("name")}{Arguments(field, said, onlyRequired: kind == "subscription")}{Selection(NameOf(field.GetProperty("type")), 1)} }}";

    private string Arguments(JsonElement field, Words said, bool onlyRequired)
    {
        var given = field.GetProperty("args").EnumerateArray()
            .Where(a => a.GetProperty("name").GetString() is not ("after" or "idempotencyKey" or "sort"))
            .Where(a => !onlyRequired || a.GetProperty("type").GetProperty("kind").GetString() == "NON_NULL")
            .Select(a => (Name: a.GetProperty("name").GetString()!, Value: Value(a.GetProperty("type"), a.GetProperty("name").GetString()!, said, 0)))
            .Where(a => a.Value is not null).Select(a => $"{a.Name}: {a.Value}").ToList();
        return given.Count == 0 ? "" : $"({string.Join(", ", given)})";
    }

    /// <summary>A literal; null for what is better left out.</summary>
    private string? Value(JsonElement type, string name, Words said, int depth)
    {
        switch (type.GetProperty("kind").GetString())
        {
            case "NON_NULL":
                return Value(type.GetProperty("ofType"), name, said, depth) ?? "\"\"";
            case "LIST":
                return Value(type.GetProperty("ofType"), name, said, depth) is { } item ? $"[{item}]" : null;
            case "ENUM":
                return depth == 0 && name != "type" ? null : _types[NameOf(type)].GetProperty("enumValues")[0].GetProperty("name").GetString();
            case "INPUT_OBJECT":
                return "{ " + string.Join(", ", _types[NameOf(type)].GetProperty("inputFields").EnumerateArray()
                    .Select(f => (Name: f.GetProperty("name").GetString()!, Value: Value(f.GetProperty("type"), f.GetProperty("name").GetString()!, said, depth + 1)))
                    .Where(f => f.Value is not null).Select(f => $"{f.Name}: {f.Value}")) + " }";
            default:
                return NameOf(type) switch
                {
                    "Int" => name is "first" or "limit" ? "3" : name is "depth" or "maxDepth" ? "2" : "0",
                    "Long" or "Float" => "1",
                    "Boolean" => "false",
                    "DateTime" => null,
                    "JSON" => Literal(said.AnyObject()),
                    "ID" => $"\"{IdFor(name, said)}\"",
                    _ => name is "granularity" or "groupBy" or "searchType" or "nodeType" or "patternType" or "environment" or "status" or "exposure" or "kind" ? null
                        : $"\"{said.For(Snake(name))}\"",
                };
        }
    }

    /// <summary>The id of a thing of the kind that the argument, or else the field, is named after.</summary>
    private string IdFor(string name, Words said) => (name == "id" ? _field : name) switch
    {
        var of when of.Contains("sset", StringComparison.Ordinal) => said.Asset,
        var of when of.Contains("onversation", StringComparison.Ordinal) => said.Conversation,
        var of when of.Contains("enant", StringComparison.Ordinal) => said.Tenant,
        _ => said.Object,
    };

    private static string Literal(JsonNode? json) => json switch
    {
        JsonObject members => "{ " + string.Join(", ", members.Select(m => $"{m.Key}: {Literal(m.Value)}")) + " }",
        JsonArray items => "[" + string.Join(", ", items.Select(Literal)) + "]",
        _ => json?.ToJsonString() ?? "null",
    };

    /// <summary>All leaves, and below them those of objects, as far as there is room.</summary>
    private string Selection(string type, int depth)
    {
        if (!_types[type].TryGetProperty("fields", out var fields) || fields.ValueKind != JsonValueKind.Array)
        {
            return "";
        }

        var text = new StringBuilder(" { __typename");
        foreach (var field in fields.EnumerateArray())
        {
            var name = field.GetProperty("name").GetString()!;
            var inner = NameOf(field.GetProperty("type"));
            var isLeaf = _types[inner].GetProperty("kind").GetString() is "SCALAR" or "ENUM";
            var required = field.GetProperty("args").EnumerateArray().Any(a => a.GetProperty("name").GetString() == "first");
            if (isLeaf)
            {
                text.Append(' ').Append(name);
            }
            else if (name != "edges" && depth < Deepest)
            {
                text.Append(' ').Append(name).Append(required ? "(first: 2)" : "").Append(Selection(inner, depth + 1));
            }
        }

        return text.Append(" }").ToString();
    }

    private static string NameOf(JsonElement type)
    {
        while (type.TryGetProperty("ofType", out var inner) && inner.ValueKind == JsonValueKind.Object)
        {
            type = inner;
        }

        return type.GetProperty("name").GetString()!;
    }

    private static string Snake(string name) => string.Concat(name.Select(c => char.IsAsciiLetterUpper(c) ? "_" + char.ToLowerInvariant(c) : c.ToString()));

    private async Task<string> AskAsync(string query)
    {
        using var content = new StringContent(new JsonObject { ["query"] = query }.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await walker.Client.Http.PostAsync(new Uri("/graphql", UriKind.Relative), content, ct);
        return await response.Content.ReadAsStringAsync(ct);
    }
}
