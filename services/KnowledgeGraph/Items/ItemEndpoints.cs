using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.KnowledgeGraph.Storage;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Items;

/// <summary>The tenant's catalogue of items that can be recommended.</summary>
internal static class ItemEndpoints
{
    private static readonly string[] SortFields = ["id", "name", "type", "created_at", "updated_at"];

    public static IEndpointRouteBuilder MapItems(this IEndpointRouteBuilder api)
    {
        var items = api.MapGroup("/items").RequirePermission("read:knowledge_graph").AddEndpointFilter<GraphFaults>().WithTags("Recommendations");
        items.MapGet("", ListItems).WithPaging(defaultLimit: 20, maxLimit: 100);
        items.MapPost("", PutItems).RequirePermission("write:knowledge_graph").WithIdempotency();
        items.MapGet("/{id}", GetItem);
        items.MapDelete("/{id}", DeleteItem).RequirePermission("write:knowledge_graph").Audited("item_deleted", "item");
        return api;
    }

    /// <summary>The items of the catalogue, of one type where asked. Threat objects are items too and listed as nodes of the graph.</summary>
    private static async Task<Results<PageResult<Item>, FaultResult>> ListItems(PageRequest page, CallContext call, Catalogue catalogue, CancellationToken ct, string? type = null)
    {
        var sort = page.Sort.Count == 0 ? new SortField("id", false) : page.Sort[0];
        if (page.Sort.Count > 1 || !SortFields.Contains(sort.Name))
        {
            return Faults.Invalid(page.Version == ApiVersion.V2 ? "sort" : "sort_by", $"must be one of {string.Join(", ", SortFields)}");
        }

        var wanted = string.IsNullOrEmpty(type) || type.Contains('\0', StringComparison.Ordinal) ? null : type;
        return (await catalogue.ListAsync(call.TenantId, wanted, page, sort.Name, sort.Descending, ct)).ToResult();
    }

    /// <summary>Puts items into the catalogue; those whose id is there already take its place.</summary>
    private static async Task<Results<Ok<UploadAnswer>, FaultResult>> PutItems(Body<UploadItems> body, WriteItems write, CancellationToken ct) =>
        TypedResults.Ok(await write.PutAsync(body.Value, ct));

    /// <summary>One item of the catalogue, or a threat object as one.</summary>
    private static async Task<Results<Ok<Item>, FaultResult>> GetItem(string id, CallContext call, Catalogue catalogue, CallerGraph graph, HttpContext context, CancellationToken ct)
    {
        if (!ItemIds.IsValid(id))
        {
            return Faults.NotFound("item");
        }

        if (ItemIds.IsThreatObject(id))
        {
            return await graph.NodeAsync(id, ct) is { } node ? TypedResults.Ok(OfNode(node)) : Faults.NotFound("item");
        }

        if (await catalogue.FindAsync(call.TenantId, id, ct) is not { } item)
        {
            return Faults.NotFound("item");
        }

        context.Response.SetETag(item.Version!.Value);
        return TypedResults.Ok(item);
    }

    /// <summary>Removes an item with what users did with it; 409 for a threat object, which is ThreatIntel's.</summary>
    private static async Task<Results<NoContent, FaultResult>> DeleteItem(string id, WriteItems write, CallerGraph graph, HttpRequest request, CancellationToken ct)
    {
        if (!ItemIds.IsValid(id))
        {
            return TypedResults.NoContent();
        }

        if (ItemIds.IsThreatObject(id))
        {
            return await graph.NodeAsync(id, ct) is null ? TypedResults.NoContent() : Faults.Conflict("This item is a threat object; remove it where it is kept.");
        }

        return await write.DeleteAsync(id, request, ct) is { } fault ? fault : TypedResults.NoContent();
    }

    private static Item OfNode(GraphNode node)
    {
        var attributes = new Dictionary<string, JsonElement>();
        foreach (var (key, value) in node.Properties)
        {
            if (value is string or long or double or bool && key is not ("type" or "description"))
            {
                attributes[key] = JsonSerializer.SerializeToElement(value, value.GetType());
            }
        }

        return new Item(node.Id, node.Properties.GetValueOrDefault("type") as string ?? "", node.Name, node.Properties.GetValueOrDefault("description") as string, node.Labels, attributes);
    }
}
