using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Platform.EndToEndTests;

/// <summary>A client as a user of the platform would write it: paths, JSON, one credential.</summary>
public sealed class Api(Uri gateway) : IDisposable
{
    public const string DefaultTenant = "00000000-0000-7000-8000-000000000001";

    private readonly HttpClient _http = new() { BaseAddress = gateway, Timeout = TimeSpan.FromMinutes(2) };

    public HttpClient Http => _http;

    public void Dispose() => _http.Dispose();

    public Api WithBearer(string token)
    {
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return this;
    }

    public Api WithApiKey(string key)
    {
        _http.DefaultRequestHeaders.Add("X-API-Key", key);
        return this;
    }

    /// <summary>Signs in through v1, as the seed's clients do.</summary>
    public async Task<Api> SignInAsync(string username, string password)
    {
        var data = await PostAsync("/api/v1/auth/login", new { username, password });
        return new Api(_http.BaseAddress!).WithBearer(data.GetProperty("access_token").GetString()!);
    }

    /// <summary>The data of a v1 envelope, or the bare v2 body; fails on anything but success.</summary>
    public Task<JsonElement> GetAsync(string path) => DataAsync(HttpMethod.Get, path, null);

    public Task<JsonElement> PostAsync(string path, object body) => DataAsync(HttpMethod.Post, path, body);

    public Task<JsonElement> PutAsync(string path, object body) => DataAsync(HttpMethod.Put, path, body);

    /// <summary>The answer as it is.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = body as HttpContent ?? (body is null ? null : JsonContent.Create(body)) };
        return _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>Sends a STIX bundle and waits until its import has ended.</summary>
    public async Task<JsonElement> ImportAsync(byte[] bundle)
    {
        var (accepted, location) = await StartImportAsync(bundle);
        return await WaitForImportAsync(location ?? $"/api/v2/threat-intel/imports/{accepted.GetProperty("id").GetString()}");
    }

    public async Task<(JsonElement Import, string? Location)> StartImportAsync(byte[] bundle)
    {
        var content = new ByteArrayContent(bundle) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var response = await SendAsync(HttpMethod.Post, "/api/v2/threat-intel/import", content);
        Assert.True((int)response.StatusCode == 202, $"import answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        return (JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement, response.Headers.Location?.OriginalString);
    }

    public async Task<JsonElement> WaitForImportAsync(string location)
    {
        JsonElement import = default;
        await TestSupport.Eventually.TrueAsync(
            async () =>
            {
                using var response = await SendAsync(HttpMethod.Get, location);
                if (!response.IsSuccessStatusCode)
                {
                    return false;
                }

                import = Unwrap(JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
                return import.GetProperty("status").GetString() is "completed" or "failed" or "cancelled";
            },
            TimeSpan.FromMinutes(2), CancellationToken.None, "The import");
        return import;
    }

    private async Task<JsonElement> DataAsync(HttpMethod method, string path, object? body)
    {
        using var response = await SendAsync(method, path, body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{method} {path} answered {(int)response.StatusCode}: {text}");
        return text.Length == 0 ? default : Unwrap(JsonDocument.Parse(text).RootElement);
    }

    private static JsonElement Unwrap(JsonElement body) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty("success", out _) && body.TryGetProperty("data", out var data) ? data : body;
}
