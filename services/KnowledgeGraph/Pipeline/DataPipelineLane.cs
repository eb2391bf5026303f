using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Platform.Contracts.KnowledgeGraph;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Pipeline;

/// <summary>
/// Forwards to the data pipeline: <c>POST /internal/data/items</c> {tenant_id, message_id, items[]},
/// <c>/internal/data/items/removed</c> {…, item_ids[]} and <c>/internal/data/interactions</c> {…, interactions[]}, with the message id as
/// <c>Idempotency-Key</c> too. Any 2xx says that it was taken; 408, 429 and 5xx ask for another try; any other answer refuses the message.
/// </summary>
internal sealed class DataPipelineLane(GuardedHttp http, IOptions<OutsideOptions> options) : IOutboxLane
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public string Name => "pipeline";

    public async Task<string?> TellAsync(Guid tenant, OutboxEntry entry, CancellationToken ct)
    {
        var body = new JsonObject { ["tenant_id"] = tenant.ToString("D"), ["message_id"] = entry.Id.ToString("D") };
        var path = Fill(body, entry);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(options.Value.DataPipeline!, path))
        {
            Content = new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("Idempotency-Key", entry.Id.ToString("D"));
        GuardedHttp.Limit(request, Patience);
        using var response = await http.CreateClient().SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        if (response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)response.StatusCode >= 500)
        {
            throw new HttpRequestException($"The data pipeline answered {((int)response.StatusCode).ToString(CultureInfo.InvariantCulture)}.");
        }

        return response.IsSuccessStatusCode ? null : $"It answered {((int)response.StatusCode).ToString(CultureInfo.InvariantCulture)}.";
    }

    private static string Fill(JsonObject body, OutboxEntry entry)
    {
        if (entry.Type == typeof(ItemsUpserted).FullName)
        {
            body["items"] = JsonSerializer.SerializeToNode(Read<ItemsUpserted>(entry).Items, Json.Options);
            return "internal/data/items";
        }

        if (entry.Type == typeof(ItemsRemoved).FullName)
        {
            body["item_ids"] = JsonSerializer.SerializeToNode(Read<ItemsRemoved>(entry).ItemIds, Json.Options);
            return "internal/data/items/removed";
        }

        body["interactions"] = JsonSerializer.SerializeToNode(Read<InteractionsTracked>(entry).Interactions, Json.Options);
        return "internal/data/interactions";
    }

    private static T Read<T>(OutboxEntry entry) => JsonSerializer.Deserialize<T>(entry.Body, EventTypes.Json)!;
}
