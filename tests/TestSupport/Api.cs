using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Platform.Contracts.Gateway;

namespace Platform.TestSupport;

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

    /// <summary>A new tenant, and a client that acts inside it with an administrator's rights. This client is the platform's administrator.</summary>
    public async Task<(Guid TenantId, Api Client)> NewTenantAsync(string name, string reason)
    {
        var slug = $"{name}-{Guid.NewGuid():N}"[..Math.Min(30, name.Length + 9)];
        var tenant = await PostAsync("/api/admin/tenants", new { name, slug, plan = "enterprise" });
        var id = tenant.GetProperty("id").GetGuid();
        Api? client = null;
        await Eventually.TrueAsync(
            async () =>
            {
                // Identity learns of the tenant by event.
                using var response = await SendAsync(HttpMethod.Post, "/api/v2/auth/act-as", new { tenant_id = id, reason, write = true });
                if (!response.IsSuccessStatusCode)
                {
                    return false;
                }

                client = new Api(_http.BaseAddress!).WithBearer(
                    JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("access_token").GetString()!);
                return true;
            },
            TimeSpan.FromSeconds(20), CancellationToken.None, "Signing in to the new tenant");
        return (id, client!);
    }

    /// <summary>Raises a tenant's limits as far as they go.</summary>
    public Task RaiseLimitsAsync(string tenantId)
    {
        const int Highest = 100_000_000;
        var routes = LimitedRoutes.RequestsPerHour.Keys.Select(route => new { route, requests_per_hour = Highest });
        return PutAsync(
            $"/api/admin/tenants/{tenantId}/rate-limits",
            new { requests_per_minute = Highest, requests_per_hour = Highest, requests_per_day = Highest, routes });
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
        var text = await response.Content.ReadAsStringAsync();
        return response.StatusCode == HttpStatusCode.Accepted
            ? (JsonDocument.Parse(text).RootElement, response.Headers.Location?.OriginalString)
            : throw new HttpRequestException($"import answered {(int)response.StatusCode}: {text}", null, response.StatusCode);
    }

    /// <summary>Waits until an import has ended; gateways and services may come and go meanwhile.</summary>
    public async Task<JsonElement> WaitForImportAsync(string location)
    {
        JsonElement import = default;
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await TryGetAsync(location);
                if (response is not { IsSuccessStatusCode: true })
                {
                    return false;
                }

                import = Unwrap(JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
                return import.GetProperty("status").GetString() is "completed" or "failed" or "cancelled";
            },
            TimeSpan.FromMinutes(2), CancellationToken.None, "The import");
        return import;
    }

    /// <summary>The answer, or null while nobody listens.</summary>
    public async Task<HttpResponseMessage?> TryGetAsync(string path)
    {
        try
        {
            return await SendAsync(HttpMethod.Get, path);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private async Task<JsonElement> DataAsync(HttpMethod method, string path, object? body)
    {
        using var response = await SendAsync(method, path, body);
        var text = await response.Content.ReadAsStringAsync();
        return !response.IsSuccessStatusCode
            ? throw new HttpRequestException($"{method} {path} answered {(int)response.StatusCode}: {text}", null, response.StatusCode)
            : text.Length == 0 ? default : Unwrap(JsonDocument.Parse(text).RootElement);
    }

    private static JsonElement Unwrap(JsonElement body) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty("success", out _) && body.TryGetProperty("data", out var data) ? data : body;
}
