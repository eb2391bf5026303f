using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Platform.GraphQL;

namespace Platform.Gateway.GraphQL;

/// <summary>The progress of an import, from the stream that ThreatIntel gives of it.</summary>
internal static class ImportEvents
{
    public static async ValueTask<IAsyncEnumerable<object?>> OpenAsync(ResolveContext context) => ReadAsync(
        await context.Api().StreamAsync(ThreatIntelFields.Service, context.Path(ThreatIntelFields.Root + "/imports/{id}/events"), context.CancellationToken), context.CancellationToken);

    private static async IAsyncEnumerable<object?> ReadAsync(HttpResponseMessage response, [EnumeratorCancellation] CancellationToken ct)
    {
        using var _ = response;
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        await foreach (var progress in SseParser.Create(body, static (_, data) => JsonElement.Parse(data)).EnumerateAsync(ct))
        {
            yield return progress.Data;
        }
    }
}
