using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Gateway.Authentication;
using Platform.GraphQL;

namespace Platform.Gateway.GraphQL;

/// <summary>How fields are answered from REST.</summary>
internal static class Resolving
{
    private const string Item = "platform.api";
    private const string CallerItem = "platform.caller";

    /// <summary>Of lists the services give pages of this length at most.</summary>
    public const int MostItems = 100;

    public static void SetApi(this RequestScope scope, CallerApi api) => scope.Items[Item] = api;

    public static CallerApi Api(this ResolveContext context) => (CallerApi)context.Request.Items[Item]!;

    public static void SetCaller(this RequestScope scope, Credential caller) => scope.Items[CallerItem] = caller;

    /// <summary>Who asks.</summary>
    public static Credential Caller(this ResolveContext context) => (Credential)context.Request.Items[CallerItem]!;

    /// <summary>The parent as JSON.</summary>
    public static JsonElement Json(this ResolveContext context) => (JsonElement)context.Parent!;

    /// <summary>A text of the parent.</summary>
    public static string? Text(this ResolveContext context, string member) => context.Json().Text(member);

    public static string? Text(this JsonElement json, string member) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Texts of a list of the parent.</summary>
    public static IReadOnlyList<string> Texts(this ResolveContext context, string member) =>
        context.Json().TryGetProperty(member, out var list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray().Select(i => i.GetString()!)] : [];

    /// <summary>One thing by the argument <c>id</c>, which takes the place of <c>{id}</c>.</summary>
    public static FieldBuilder Get(this FieldBuilder field, string service, string path) => field.ResolveAsync(async context =>
        await context.Api().GetAsync(service, context.Path(path) + context.Query("id"), context.CancellationToken));

    /// <summary>A member of such an answer.</summary>
    public static FieldBuilder GetMember(this FieldBuilder field, string service, string path, string member) => field.ResolveAsync(async context =>
        (await context.Api().GetAsync(service, path + context.Query(), context.CancellationToken))?.GetProperty(member));

    /// <summary>What a POST with the arguments as its body finds.</summary>
    public static FieldBuilder Ask(this FieldBuilder field, string service, string path, string? member = null) => field.ResolveAsync(async context =>
    {
        var answer = await context.Api().AskAsync(service, path, context.Body(), context.CancellationToken);
        return member is null ? answer : answer?.GetProperty(member);
    });

    /// <summary>Creates something of the argument <c>input</c>.</summary>
    public static FieldBuilder Create(this FieldBuilder field, string service, string path) => field.ResolveAsync(async context => await context.Api().ChangeAsync(
        HttpMethod.Post, service, path, RestNames.ObjectOf(context.Argument<InputObject>("input")!), context.Argument<string>("idempotencyKey"), context.CancellationToken));

    /// <summary>Changes something by a JSON Merge Patch of what was given in <c>input</c>.</summary>
    public static FieldBuilder Update(this FieldBuilder field, string service, string path) => field.ResolveAsync(async context => await context.Api().ChangeAsync(
        HttpMethod.Patch, service, context.Path(path), RestNames.ObjectOf(context.Argument<InputObject>("input")!), null, context.CancellationToken));

    /// <summary>Does something to a thing: the arguments but those of the path are the body.</summary>
    public static FieldBuilder Send(this FieldBuilder field, string service, string path, params string[] inPath) => field.ResolveAsync(async context => await context.Api().ChangeAsync(
        HttpMethod.Post, service, context.Path(path), context.Body([.. inPath, "idempotencyKey"]), context.Argument<string>("idempotencyKey"), context.CancellationToken));

    public static FieldBuilder Delete(this FieldBuilder field, string service, string path) => field.ResolveAsync(async context =>
    {
        await context.Api().ChangeAsync(HttpMethod.Delete, service, context.Path(path), null, null, context.CancellationToken);
        return new Deleted(context.Argument<string>("id")!);
    });

    /// <summary>A path with arguments in the place of their names in braces.</summary>
    public static string Path(this ResolveContext context, string path)
    {
        var filled = path;
        for (var start = filled.IndexOf('{', StringComparison.Ordinal); start >= 0; start = filled.IndexOf('{', start + 1))
        {
            var end = filled.IndexOf('}', start);
            filled = filled[..start] + CallerApi.Segment(context.Argument<string>(filled[(start + 1)..end])!) + filled[(end + 1)..];
        }

        return filled;
    }

    /// <summary>The arguments but some as a query string.</summary>
    public static string Query(this ResolveContext context, params ReadOnlySpan<string> but)
    {
        var query = new StringBuilder();
        foreach (var (name, value) in context.Arguments)
        {
            if (value is not null && !but.Contains(name))
            {
                query.Append(query.Length == 0 ? '?' : '&').Append(RestNames.Of(name)).Append('=').Append(Uri.EscapeDataString(Written(value)));
            }
        }

        return query.ToString();
    }

    /// <summary>The arguments as a JSON object.</summary>
    public static JsonObject Body(this ResolveContext context, params ReadOnlySpan<string> but)
    {
        var body = new JsonObject();
        foreach (var (name, value) in context.Arguments)
        {
            if (value is not null && !but.Contains(name))
            {
                body[RestNames.Of(name)] = RestNames.Json(value);
            }
        }

        return body;
    }

    private static string Written(object value) => value is bool flag ? (flag ? "true" : "false") : Convert.ToString(value, CultureInfo.InvariantCulture)!;

    private sealed record Deleted(string Id);
}
