using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Platform.IntegrationTests.Agent.Questions;

/// <summary>ThreatIntel's look-up, as far as the agent sees it; until it holds something, nobody listens.</summary>
internal sealed class KnownIndicators : HttpMessageHandler
{
    private HashSet<string>? _known;

    /// <summary>The paths of the public API that were asked for.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    public void Hold(IEnumerable<string> values) => _known = [.. values];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri!.AbsolutePath is var path && path.StartsWith("/api/", StringComparison.Ordinal))
        {
            Asked.Enqueue(path);
        }

        if (_known is null || request.RequestUri?.AbsolutePath != "/api/v2/threat-intel/indicators/lookup")
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, "Nobody listens.");
        }

        var body = await request.Content!.ReadFromJsonAsync<JsonElement>(cancellationToken);
        var results = body.GetProperty("values").EnumerateArray().Select(v => v.GetString()!).Select(value => new
        {
            value,
            matches = _known.Contains(value.Replace("[.]", ".", StringComparison.Ordinal)) ? new[] { new { id = "indicator--1", name = "Known " + value } } : [],
        });
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = JsonContent.Create(new { results }) };
    }
}
