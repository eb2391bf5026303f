using System.Net;
using System.Text;
using System.Text.Json;
using Stix;

namespace Platform.IntegrationTests.ThreatIntel;

/// <summary>What a TAXII client sends and reads, and the objects it does so with.</summary>
internal static class TaxiiCalls
{
    public const string Taxii = "application/taxii+json;version=2.1";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static string IdOf(string type, int number) => $"{type}--00000000-0000-4000-8000-{number:000000000000}";

    public static string Tool(int number, string modified = "2026-01-01T00:00:00.000Z", Tlp level = Tlp.Clear, string more = "") =>
        $$"""{"type":"tool","spec_version":"2.1","id":"{{IdOf("tool", number)}}","created":"2026-01-01T00:00:00.000Z","modified":"{{modified}}","name":"tool{{number}}"{{(level == Tlp.Clear ? "" : $",\"object_marking_refs\":[\"{TlpMarking.IdOf(level)}\"]")}}{{more}}}""";

    public static string Envelope(params string[] objects) => $$"""{"objects":[{{string.Join(",", objects)}}]}""";

    public static async Task<HttpResponseMessage> SendAsync(
        HttpClient client, HttpMethod method, string path, string? body = null, string? accept = Taxii, string contentType = Taxii)
    {
        using var request = new HttpRequestMessage(method, path);
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        return await client.SendAsync(request, Ct);
    }

    public static async Task<JsonElement> BodyOf(HttpResponseMessage response) => JsonElement.Parse(await response.Content.ReadAsStringAsync(Ct));

    public static async Task<JsonElement> GetAsync(HttpClient client, string path)
    {
        var response = await SendAsync(client, HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Taxii, response.Content.Headers.NonValidated["Content-Type"].ToString());
        return await BodyOf(response);
    }

    /// <summary>A tenant with a collection that holds these objects.</summary>
    public static async Task<(Guid Tenant, HttpClient Client, string Collection)> WithAsync(ThreatIntelFixture service, params string[] objects)
    {
        var tenant = Guid.NewGuid();
        var client = service.ClientFor(tenant);
        var all = $"/taxii2/{tenant}/collections/{(await GetAsync(client, $"/taxii2/{tenant}/collections/all/")).GetProperty("id").GetString()}/";
        if (objects.Length > 0)
        {
            Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(client, HttpMethod.Post, all + "objects/", Envelope(objects))).StatusCode);
        }

        return (tenant, client, all);
    }

    public static async Task<string[]> IdsAsync(HttpClient client, string path)
    {
        var body = await GetAsync(client, path);
        return body.TryGetProperty("objects", out var objects) ? [.. objects.EnumerateArray().Select(item => item.GetProperty("id").GetString()!)] : [];
    }
}
