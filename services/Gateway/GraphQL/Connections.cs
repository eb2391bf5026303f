using System.Globalization;
using System.Text;
using System.Text.Json;
using Platform.Contracts;
using Platform.GraphQL;

namespace Platform.Gateway.GraphQL;

/// <summary>
/// Lists as connections (Relay cursor connections). A cursor says on which page of the service's list an item stands, and
/// where on it; so each item has one, although the service has only one a page.
/// </summary>
internal static class Connections
{
    /// <summary>The types of a connection of a node type.</summary>
    public static string Sdl(string node) => $$"""
        type {{node}}Connection {
          edges: [{{node}}Edge!]! @cost(weight: 0) @cacheControl(inheritMaxAge: true)
          nodes: [{{node}}!]! @cacheControl(inheritMaxAge: true)
          pageInfo: PageInfo! @cost(weight: 0) @cacheControl(inheritMaxAge: true)
          "All that there are; counting takes time."
          totalCount: Long
        }

        type {{node}}Edge { cursor: String! node: {{node}}! @cacheControl(inheritMaxAge: true) }
        """;

    /// <summary>The list of a service: <c>first</c> and <c>after</c> choose the page, all other arguments are its query.</summary>
    public static FieldBuilder Pages(this FieldBuilder field, string service, string path, params string[] inPath) => field.ResolveAsync(async context =>
        await ReadAsync(context, service, context.Path(path), context.Query([.. inPath, "first", "after"])));

    public static async Task<Connection?> ReadAsync(ResolveContext context, string service, string path, string query)
    {
        var first = context.Argument<int>("first");
        var (page, skip) = Cursor.Read(context.Argument<string>("after"));
        var limit = Math.Min(first + skip, Resolving.MostItems);
        var count = context.Selects("totalCount");
        var address = new StringBuilder(path).Append(query).Append(query.Length == 0 ? '?' : '&').Append(CultureInfo.InvariantCulture, $"limit={limit}");
        if (page.Length > 0)
        {
            address.Append("&cursor=").Append(Uri.EscapeDataString(page));
        }

        if (count)
        {
            address.Append("&count=true");
        }

        return await context.Api().GetAsync(service, address.ToString(), context.CancellationToken) is { } answer
            ? Of(answer, page, skip, context.HasArgument("after") && context.Argument<string>("after") is not null)
            : null;
    }

    private static Connection Of(JsonElement answer, string page, int skip, bool isContinued)
    {
        var next = answer.Text("next_cursor");
        var items = answer.GetProperty("items");
        var length = items.GetArrayLength();
        var edges = new List<Edge>(length);
        var place = 0;
        foreach (var item in items.EnumerateArray())
        {
            place++;
            if (place > skip)
            {
                edges.Add(place == length && next is not null ? new Edge(item, next, 0) : new Edge(item, page, place));
            }
        }

        return new Connection(
            edges,
            next is not null,
            isContinued,
            answer.TryGetProperty("total", out var total) && total.ValueKind == JsonValueKind.Number ? total.GetInt64() : null);
    }

    /// <summary>Cursors are written when they are asked for: most queries want the nodes alone.</summary>
    internal sealed class Connection(IReadOnlyList<Edge> edges, bool hasMore, bool isContinued, long? totalCount = null)
    {
        public IReadOnlyList<Edge> Edges => edges;

        public IReadOnlyList<JsonElement> Nodes => [.. edges.Select(static e => e.Node)];

        public PageInfo PageInfo => new(hasMore, isContinued, edges.Count == 0 ? null : edges[0].Cursor, edges.Count == 0 ? null : edges[^1].Cursor);

        public long? TotalCount => totalCount;
    }

    internal sealed class Edge(JsonElement node, string page, int after)
    {
        public string Cursor => GraphQL.Cursor.Write(page, after);

        public JsonElement Node => node;
    }

    internal sealed record PageInfo(bool HasNextPage, bool HasPreviousPage, string? StartCursor, string? EndCursor);
}

/// <summary>A place in a list: after how many items of which page.</summary>
internal static class Cursor
{
    public static string Write(string page, int after) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{after}.{page}"))).Replace('+', '-').Replace('/', '_').TrimEnd('=');

    public static (string Page, int After) Read(string? cursor)
    {
        if (string.IsNullOrEmpty(cursor))
        {
            return ("", 0);
        }

        try
        {
            var text = Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(cursor));
            var dot = text.IndexOf('.', StringComparison.Ordinal);
            if (dot > 0 && int.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var after) && after <= Resolving.MostItems)
            {
                return (text[(dot + 1)..], after);
            }
        }
        catch (FormatException)
        {
        }

        throw new GraphQLException("after is no cursor of this list.", ErrorCodes.ValidationError);
    }
}
