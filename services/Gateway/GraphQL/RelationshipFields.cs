using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.GraphQL;

namespace Platform.Gateway.GraphQL;

/// <summary>The relationships of threat objects: those of all objects of an answer in one call.</summary>
internal static class RelationshipFields
{
    /// <summary>The relationships of the parent.</summary>
    public static async ValueTask<object?> ReadAsync(ResolveContext context)
    {
        var (first, after, direction) = (context.Argument<int>("first"), Cursor.Read(context.Argument<string>("after")).Page, context.Argument<string>("direction")!);
        var types = context.Argument<string[]>("types");
        var api = context.Api();
        var loader = context.Loader<string, JsonElement>(
            string.Create(CultureInfo.InvariantCulture, $"relationships {first} {direction} {after} {string.Join(' ', types ?? [])}"),
            async (refs, ct) =>
            {
                var body = new JsonObject { ["refs"] = RestNames.Json(refs), ["direction"] = direction, ["limit"] = first };
                if (types is not null)
                {
                    body["relationship_types"] = RestNames.Json(types);
                }

                if (after.Length > 0)
                {
                    body["after"] = after;
                }

                var answer = await api.AskAsync(ThreatIntelFields.Service, ThreatIntelFields.Root + "/relationships/by-refs", body, ct);
                return answer!.Value.GetProperty("items").EnumerateArray().ToDictionary(static item => item.GetProperty("ref").GetString()!, StringComparer.Ordinal);
            });
        return Of(await loader.LoadAsync(context.Text("id")!), isContinued: after.Length > 0);
    }

    private static Connections.Connection Of(JsonElement list, bool isContinued) => new(
        [.. list.GetProperty("relationships").EnumerateArray().Select(static r => new Connections.Edge(r, r.GetProperty("id").GetString()!, 0))],
        list.GetProperty("has_more").GetBoolean(),
        isContinued);
}
