using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Platform.KnowledgeGraph.Tests;

/// <summary>
/// The protocol of Neo4j's Query API v2 without a database behind it: addresses, credentials, typed JSON, errors in answers that say 202,
/// databases and their aliases. <c>RETURN $x AS x</c> answers the parameter; what else is answered, a test says.
/// </summary>
internal sealed partial class FakeNeo4j : HttpMessageHandler
{
    public const string Credentials = "neo4j:p@ss:word";

    public HashSet<string> Databases { get; } = ["system"];

    public Dictionary<string, string> Aliases { get; } = [];

    /// <summary>Every statement, with the database that it was for.</summary>
    public List<(string Database, string Statement, string AccessMode, JsonElement Parameters)> Requests { get; } = [];

    /// <summary>Asked first, by database and statement; null where the fake is to answer by itself.</summary>
    public Func<string, string, string?>? Answer { get; set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Encoding.UTF8.GetString(Convert.FromBase64String(request.Headers.Authorization!.Parameter!)) != Credentials)
        {
            return Respond(HttpStatusCode.Unauthorized, Error("Neo.ClientError.Security.Unauthorized", "Invalid credential."));
        }

        if (request.Method != HttpMethod.Post || request.Content!.Headers.ContentType!.MediaType != "application/vnd.neo4j.query"
            || request.Headers.Accept.Single().MediaType != "application/vnd.neo4j.query" || Address().Match(request.RequestUri!.AbsolutePath) is not { Success: true } address)
        {
            return Respond(HttpStatusCode.UnsupportedMediaType, "");
        }

        var body = JsonElement.Parse(await request.Content.ReadAsStringAsync(cancellationToken));
        var (database, statement) = (address.Groups[1].Value, body.GetProperty("statement").GetString()!);
        if (!body.GetProperty("maxExecutionTime").TryGetInt32(out var seconds) || seconds < 1 || !body.GetProperty("parameters").EnumerateObject().All(p => IsTyped(p.Value)))
        {
            return Respond(HttpStatusCode.BadRequest, Error("Neo.ClientError.Request.Invalid", "Bad Request"));
        }

        Requests.Add((database, statement, body.GetProperty("accessMode").GetString()!, body.GetProperty("parameters")));
        var answer = Answer?.Invoke(database, statement);
        if (answer == "hang")
        {
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
        }

        return Respond(HttpStatusCode.Accepted, answer ?? (database == "system" ? OfSystem(statement, body.GetProperty("parameters")) : OfDatabase(database, statement, body.GetProperty("parameters"))));
    }

    private string OfDatabase(string database, string statement, JsonElement parameters)
    {
        if (!Databases.Contains(Aliases.GetValueOrDefault(database, database)))
        {
            return Error("Neo.ClientError.Database.DatabaseNotFound", "Graph not found: " + database);
        }

        return statement == "RETURN $x AS x" ? Rows(["x"], [[parameters.GetProperty("x").GetRawText()]]) : Rows([], []);
    }

    private string OfSystem(string statement, JsonElement parameters)
    {
        if (CreateDatabase().Match(statement) is { Success: true } create)
        {
            Databases.Add(create.Groups[1].Value);
        }
        else if (SetAlias().Match(statement) is { Success: true } alias)
        {
            Aliases[alias.Groups[1].Value] = alias.Groups[2].Value;
        }
        else if (DropAlias().Match(statement) is { Success: true } dropAlias)
        {
            Aliases.Remove(dropAlias.Groups[1].Value);
        }
        else if (DropDatabase().Match(statement) is { Success: true } drop)
        {
            // As on the server: a database with an alias is not dropped.
            return Aliases.ContainsValue(drop.Groups[1].Value) ? Error("Neo.ClientError.Database.DatabaseAliasExists", "There are aliases.") : Databases.Remove(drop.Groups[1].Value) ? Rows([], []) : Rows([], []);
        }
        else if (statement.StartsWith("SHOW ALIASES", StringComparison.Ordinal))
        {
            var found = parameters.TryGetProperty("name", out var name)
                ? Aliases.Where(a => a.Key == name.GetProperty("_value").GetString()).Select(a => a.Value)
                : Aliases.Keys.Where(a => a.StartsWith(parameters.GetProperty("prefix").GetProperty("_value").GetString()!, StringComparison.Ordinal));
            return Rows(["found"], [.. found.Select(f => new[] { $$"""{"$type":"String","_value":"{{f}}"}""" })]);
        }
        else
        {
            return Error("Neo.ClientError.Statement.SyntaxError", "Not understood: " + statement);
        }

        return Rows([], []);
    }

    /// <summary>As the server reads it: the type, then the value and nothing else; numbers are texts, truth is none.</summary>
    private static bool IsTyped(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object || !value.EnumerateObject().Select(p => p.Name).SequenceEqual(["$type", "_value"]))
        {
            return false;
        }

        var inner = value.GetProperty("_value");
        return value.GetProperty("$type").GetString() switch
        {
            "Null" => inner.ValueKind == JsonValueKind.Null,
            "Boolean" => inner.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "Integer" => inner.ValueKind == JsonValueKind.String && long.TryParse(inner.GetString(), out _),
            "Float" or "String" => inner.ValueKind == JsonValueKind.String,
            "List" => inner.EnumerateArray().All(IsTyped),
            "Map" => inner.EnumerateObject().All(p => IsTyped(p.Value)),
            _ => false,
        };
    }

    public static string Rows(string[] fields, string[][] rows) =>
        $$"""{"data":{"fields":{{JsonSerializer.Serialize(fields)}},"values":[{{string.Join(',', rows.Select(r => $"[{string.Join(',', r)}]"))}}]},"bookmarks":["FB:x"]}""";

    public static string Error(string code, string message) => JsonSerializer.Serialize(new { errors = new[] { new { code, message } } });

    private static HttpResponseMessage Respond(HttpStatusCode status, string body) => new(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    [GeneratedRegex("^/db/([^/]+)/query/v2$")]
    private static partial Regex Address();

    [GeneratedRegex("^CREATE DATABASE `([a-z][a-z0-9.-]{2,62})` IF NOT EXISTS WAIT 30 SECONDS$")]
    private static partial Regex CreateDatabase();

    [GeneratedRegex("^(?:CREATE|ALTER) ALIAS `([a-z][a-z0-9-]{2,62})` (?:IF NOT EXISTS )?(?:FOR DATABASE|SET DATABASE TARGET) `([^`]+)`$")]
    private static partial Regex SetAlias();

    [GeneratedRegex("^DROP ALIAS `([^`]+)` IF EXISTS FOR DATABASE$")]
    private static partial Regex DropAlias();

    [GeneratedRegex("^DROP DATABASE `([^`]+)` IF EXISTS DESTROY DATA WAIT 30 SECONDS$")]
    private static partial Regex DropDatabase();
}
