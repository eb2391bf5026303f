using System.Net.Http.Headers;
using System.Text;
using static Platform.IntegrationTests.Tenancy.TenancyFixture;

namespace Platform.IntegrationTests.Tenancy;

[Collection(TenancyCollection.Name)]
public sealed class BadBodyTests(TenancyFixture tenancy)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    public static TheoryData<string> Bodies => new(
        "", "{", "[]", "5", "null", "\"text\"", "{\"name\":{}}", "{\"name\":5,\"permissions\":{}}", "{\"name\":\"a\\u0000b\",\"permissions\":[\"read:all\"],\"slug\":\"nul\"}",
        "{\"name\":\"\\ud800\",\"permissions\":[\"read:all\"],\"slug\":\"lone\"}", "{\"settings\":[]}", "{\"settings\":{\"a\":\"\\u0000\"}}", "{\"settings\":{\"a\":\"\\ud800\"}}",
        "{\"settings\":{\"\\ud800\":1}}", "{\"a\":1,\"a\":2}", "{\"settings\":{\"a\":1,\"a\":2}}", "{\"permissions\":[null],\"name\":\"k\"}", "{\"name\":\"k\",\"permissions\":[\"read:all\"],\"allowed_cidrs\":[null]}",
        "{\"name\":\"k\",\"permissions\":[\"read:all\"],\"expires_at\":\"tomorrow\"}", "{\"name\":\"k\",\"permissions\":[\"read:all\"],\"expires_at\":\"9999-12-31T23:59:59.9999999Z\"}",
        "{\"name\":\"k\",\"permissions\":[\"read:all\"],\"tlp_clearance\":\"purple\"}", "{\"requests_per_minute\":1e9}", "{\"requests_per_minute\":99999999999999999999}", "{\"grace_seconds\":-1}",
        "{\"reason\":7}", "{\"key\":7}", "{\"tenant_id\":\"x\"}", "{\"settings\":{\"a\":1e400}}", $"{{\"settings\":{new string('[', 200)}{new string(']', 200)}}}", "\u00ff\u00fe{}");

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task No_body_breaks_an_endpoint(string body)
    {
        var tenant = await tenancy.CreateTenantAsync(Ct);
        var admin = tenancy.ClientFor(tenant, PlatformAdmin);
        var key = await SendAsync(admin, HttpMethod.Post, "/api/v2/admin/api-keys", System.Net.HttpStatusCode.Created, Ct, new { name = "k", permissions = new[] { "read:all" } });
        foreach (var (method, path) in new[]
        {
            ("POST", "/admin/tenants"), ("PATCH", $"/admin/tenants/{tenant}"), ("POST", $"/admin/tenants/{tenant}/suspend"), ("PUT", $"/admin/tenants/{tenant}/rate-limits"),
            ("POST", "/admin/api-keys"), ("PATCH", $"/admin/api-keys/{key.GetProperty("id")}"), ("POST", $"/admin/api-keys/{key.GetProperty("id")}/rotate"), ("PATCH", "/tenant"),
        })
        {
            foreach (var version in new[] { "v1", "v2" })
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/{version}{path}") { Content = new ByteArrayContent(Encoding.Latin1.GetBytes(body)) };
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                using var response = await admin.SendAsync(request, Ct);
                var text = await response.Content.ReadAsStringAsync(Ct);
                Assert.True((int)response.StatusCode < 500, $"{method} {path} {version}: {(int)response.StatusCode} {text}");
                Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
                Assert.DoesNotContain("Npgsql", text, StringComparison.OrdinalIgnoreCase);
            }
        }
    }
}
