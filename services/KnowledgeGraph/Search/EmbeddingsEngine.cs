using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Search;

/// <summary>A text to be embedded.</summary>
internal sealed record EmbeddingItem(string Id, string Text);

/// <summary>The outside engine that turns texts into vectors by their meaning; there may be none.</summary>
/// <param name="configuration"><c>ML_ENGINE_URL</c> says where it is.</param>
/// <param name="http">The guarded way out.</param>
internal sealed class EmbeddingsEngine(IConfiguration configuration, GuardedHttp http)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private const long MaxBytes = 32L * 1024 * 1024;

    public bool IsConfigured => Address is not null;

    private Uri? Address => configuration["ML_ENGINE_URL"] is { Length: > 0 } engine ? new Uri(engine.TrimEnd('/') + "/internal/ml/embeddings", UriKind.Absolute) : null;

    /// <summary>The vectors of texts by their ids; a text that the engine leaves out is missing.</summary>
    public async Task<IReadOnlyDictionary<string, float[]>> OfAsync(Guid tenant, IReadOnlyList<EmbeddingItem> items, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Address) { Content = JsonContent.Create(new EmbeddingsRequest(tenant, items), options: Json.Options) };
        GuardedHttp.Limit(request, Timeout, MaxBytes);
        try
        {
            using var client = http.CreateClient();
            using var response = await client.SendAsync(request, ct);
            response.EnsureSuccessStatusCode();
            var answer = await response.Content.ReadFromJsonAsync<List<Embedded>>(Json.Options, ct) ?? [];
            var length = answer.Count == 0 ? 0 : answer[0].Embedding.Length;
            var vectors = answer.Where(e => e.Embedding.Length == length).DistinctBy(e => e.Id).ToDictionary(e => e.Id, e => e.Embedding);
            return vectors.ContainsKey(items[0].Id) ? vectors : throw new HttpRequestException("The answer lacks what was asked for.");
        }
        catch (Exception exception) when (exception is HttpRequestException or System.Text.Json.JsonException or OutboundRefusedException or IOException
            || (exception is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw new FaultException(new Fault(ErrorCodes.UpstreamUnavailable, "The embeddings engine did not answer as it should.", RetryAfter: TimeSpan.FromSeconds(10)));
        }
    }

    public static double Cosine(float[] a, float[] b)
    {
        var (dot, lengthA, lengthB) = (0.0, 0.0, 0.0);
        for (var i = 0; i < a.Length; i++)
        {
            dot += (double)a[i] * b[i];
            lengthA += (double)a[i] * a[i];
            lengthB += (double)b[i] * b[i];
        }

        return lengthA == 0 || lengthB == 0 ? 0 : dot / Math.Sqrt(lengthA * lengthB);
    }

    private sealed record EmbeddingsRequest(Guid TenantId, IReadOnlyList<EmbeddingItem> Items);

    private sealed record Embedded(string Id, float[] Embedding);
}
