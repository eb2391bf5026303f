using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Threading.Channels;
using Platform.Contracts;
using Platform.Gateway.Authentication;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Protection;

/// <summary>
/// Asks ThreatIntel, behind the requests, whether the operator's own indicators name an address that has drawn attention.
/// What such an address does costs it twice the points.
/// </summary>
internal sealed class KnownBad(IHttpClientFactory clients, InternalTokenIssuer tokens) : BackgroundService
{
    private static readonly int ThreatIntel = Upstreams.IndexOf(Upstreams.ThreatIntel);

    private readonly Credential _reader = new(
        new Caller(WellKnown.DefaultTenantId, "gateway", CallerKind.Service, new PermissionSet(["read:threat_intel"]), TlpLevel.Red), null);

    private readonly Channel<(IPAddress Address, Suspect Suspect)> _asked = Channel.CreateBounded<(IPAddress, Suspect)>(
        new BoundedChannelOptions(256) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void LookUp(IPAddress address, Suspect suspect)
    {
        suspect.IsKnownBad = false;
        _asked.Writer.TryWrite((address, suspect));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var (address, suspect) in _asked.Reader.ReadAllAsync(stoppingToken))
        {
            using var untraced = Untraced.Begin();
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v2/threat-intel/indicators/lookup")
            {
                Content = JsonContent.Create(new { values = new[] { address.ToString() } }),
            };
            request.Headers.Authorization = AuthenticationHeaderValue.Parse(tokens.HeaderFor(_reader, ThreatIntel));
            try
            {
                using var response = await clients.CreateClient(Upstreams.ThreatIntel).SendAsync(request, stoppingToken);
                suspect.IsKnownBad = response.IsSuccessStatusCode && IsFound(await response.Content.ReadAsStringAsync(stoppingToken));
            }
            catch (Exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Then its own deeds must do.
            }
        }
    }

    /// <summary>Any result whose list of matches is not empty.</summary>
    private static bool IsFound(string json)
    {
        var answer = JsonElement.Parse(json);
        return answer.TryGetProperty("results", out var results) && results.ValueKind == JsonValueKind.Array
            && results.EnumerateArray().Any(static r => r.EnumerateObject().Any(static m => m.Value.ValueKind == JsonValueKind.Array && m.Value.GetArrayLength() > 0));
    }
}
