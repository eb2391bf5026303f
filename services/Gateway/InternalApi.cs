using System.Net.Http.Headers;
using Platform.Gateway.Authentication;
using Platform.ServiceDefaults;

namespace Platform.Gateway;

/// <summary>The gateway's own questions to the services, under its own internal token.</summary>
internal sealed class InternalApi(IHttpClientFactory clients, InternalTokenIssuer tokens)
{
    public async Task<HttpResponseMessage> GetAsync(string service, string path, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await SendAsync(service, request, ct);
    }

    public async Task<HttpResponseMessage> PostAsync<T>(string service, string path, T body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, options: Json.Options) };
        return await SendAsync(service, request, ct);
    }

    private async Task<HttpResponseMessage> SendAsync(string service, HttpRequestMessage request, CancellationToken ct)
    {
        request.Headers.Authorization = AuthenticationHeaderValue.Parse(tokens.OwnHeaderFor(Upstreams.IndexOf(service)));
        return await clients.CreateClient(service).SendAsync(request, ct);
    }
}
