using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;

namespace Platform.Gateway.Docs;

/// <summary>
/// The merged description of the API. The services' documents are looked at again when ten seconds have passed, and the
/// merged ones are rebuilt when any of them changed; a service that is away keeps its last known part.
/// </summary>
internal sealed class OpenApiDocuments(InternalApi api, IOptions<GatewayOptions> options, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);
    private static readonly string[] Versions = ["v1", "v2"];
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly SemaphoreSlim _building = new(1);
    private readonly Dictionary<(string Service, string Version), string> _parts = [];
    private Dictionary<string, MergedDocument> _merged = [];
    private long _lookedAt;

    /// <summary>The document of <c>v1</c>, <c>v2</c> or, with null, of both.</summary>
    public async Task<MergedDocument> GetAsync(string? version, CancellationToken ct)
    {
        await _building.WaitAsync(ct);
        try
        {
            if (_merged.Count == 0 || clock.GetElapsedTime(_lookedAt) > Fresh)
            {
                var changed = await FetchAsync(ct);
                if (changed || _merged.Count == 0)
                {
                    _merged = Merge();
                }

                // A part that nobody has told yet is asked for again by the next reader.
                if (_parts.Count == Upstreams.All.Length * Versions.Length)
                {
                    _lookedAt = clock.GetTimestamp();
                }
            }

            return _merged[version ?? ""];
        }
        finally
        {
            _building.Release();
        }
    }

    public void Dispose() => _building.Dispose();

    private async Task<bool> FetchAsync(CancellationToken ct)
    {
        var fetches = new List<Task<(string Service, string Version, string? Json)>>();
        foreach (var service in Upstreams.All)
        {
            foreach (var version in Versions)
            {
                fetches.Add(FetchAsync(service, version, ct));
            }
        }

        var changed = false;
        foreach (var (service, version, json) in await Task.WhenAll(fetches))
        {
            if (json is not null && _parts.GetValueOrDefault((service, version)) != json)
            {
                _parts[(service, version)] = json;
                changed = true;
            }
        }

        return changed;
    }

    private async Task<(string Service, string Version, string? Json)> FetchAsync(string service, string version, CancellationToken ct)
    {
        try
        {
            using var response = await api.GetAsync(service, $"/openapi/{version}.json", ct);
            return (service, version, response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync(ct) : null);
        }
        catch (HttpRequestException)
        {
            return (service, version, null);
        }
    }

    private Dictionary<string, MergedDocument> Merge() => new()
    {
        [""] = Merge(Versions),
        ["v1"] = Merge(["v1"]),
        ["v2"] = Merge(["v2"]),
    };

    private MergedDocument Merge(string[] versions)
    {
        var merger = new OpenApiMerger();
        foreach (var version in versions)
        {
            foreach (var service in Upstreams.All)
            {
                if (_parts.TryGetValue((service, version), out var json) && Parse(json) is { } part)
                {
                    merger.Add(service, part);
                }
            }
        }

        OwnEndpoints.AddTo(merger);
        var document = merger.Build("Platform", string.Join(" and ", versions), options.Value.Issuer);
        return new MergedDocument(document.ToJsonString(Indented), YamlWriter.Write(document));
    }

    private static JsonObject? Parse(string json)
    {
        try
        {
            return JsonNode.Parse(json) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A merged document in both notations.</summary>
internal sealed record MergedDocument(string Json, string Yaml);
