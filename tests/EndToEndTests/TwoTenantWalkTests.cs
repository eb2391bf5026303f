using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Platform.TestSupport;

namespace Platform.EndToEndTests;

/// <summary>
/// Every operation of every service, as the merged API description names them, with the credentials of one tenant and the
/// ids of another: nothing of that other tenant shows, and nothing of it changes. An operation that comes to the
/// description is walked without a line here.
/// </summary>
public sealed partial class TwoTenantWalkTests(PlatformFixture platform)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    /// <summary>Operations that end the walker's own session or belong to protocols without a tenant's ids, with a reason.</summary>
    private static readonly string[] NotWalked = ["/auth/", "/connect/", "/.well-known/", "/device"];

    /// <summary>By request only (<c>dotnet test tests/EndToEndTests -- xUnit.Explicit=on</c>), until its time in a whole run is known.</summary>
    [Fact(Explicit = true)]
    public async Task No_operation_of_any_service_shows_or_changes_anything_of_another_tenant()
    {
        var marker = "Zebra" + Guid.NewGuid().ToString("N")[..10];
        var (tenantA, a) = await platform.NewTenantAsync("walked");
        var (tenantB, b) = await platform.NewTenantAsync("walker");
        await platform.Admin.RaiseLimitsAsync(tenantA.ToString());
        await platform.Admin.RaiseLimitsAsync(tenantB.ToString());
        await FillAsync(a, marker);

        var operations = await OperationsAsync();
        var lists = operations.Where(o => o.Method == "GET" && !o.Path.Contains('{', StringComparison.Ordinal)).Select(o => o.Path).ToList();
        var known = await HarvestAsync(a, lists);
        var ids = known.Values.SelectMany(v => v).Append(tenantA.ToString()).ToHashSet(StringComparer.Ordinal);
        Assert.True(ids.Count >= 10, $"Only {ids.Count} ids of the other tenant were found.");
        // What both tenants have anyway, such as names of built-in roles, tells nothing.
        ids.ExceptWith((await HarvestAsync(b, lists)).Values.SelectMany(v => v));

        var leaks = new List<string>();
        var (walked, own) = (0, 0);
        foreach (var operation in operations)
        {
            foreach (var path in Filled(operation.Path, known, ids))
            {
                walked++;
                await LookAsync(b, operation.Method, path, marker, ids, leaks);
                if (operation.Method == "GET" && path.Contains("/v2/", StringComparison.Ordinal) && path != operation.Path)
                {
                    using var answer = await AskAsync(a, "GET", path);
                    own += answer is { IsSuccessStatusCode: true } ? 1 : 0;
                }
            }
        }

        Assert.True(leaks.Count == 0, string.Join('\n', leaks));
        Assert.True(walked > 200, $"{walked} requests are not a walk.");
        Assert.True(own >= 10, $"Only {own} of the paths mean anything to the tenant they are of.");

        var after = (await HarvestAsync(a, lists)).Values.SelectMany(v => v).ToHashSet(StringComparer.Ordinal);
        Assert.DoesNotContain(ids, id => id != tenantA.ToString() && !after.Contains(id));
    }

    private static async Task FillAsync(Api a, string marker)
    {
        await a.ImportAsync(SmallBundle.Create(out _, out _, marker));
        await a.PostAsync("/api/v2/admin/api-keys", new { name = marker, permissions = new[] { "read:all" } });
        await a.PostAsync("/api/v2/agent/chat_poll", new { message = $"What uses {marker}?" });
        foreach (var (path, body) in new (string, object)[]
        {
            ("/api/v2/users", new { username = marker.ToLowerInvariant(), email = $"{marker.ToLowerInvariant()}@example.org", password = $"Aa1!{marker}{marker}", role = "viewer" }),
            ("/api/v2/integrations", new { name = marker, permissions = new[] { "read:all" } }),
            ("/api/v2/roles", new { name = marker.ToLowerInvariant(), permissions = new[] { "read:all" } }),
        })
        {
            // What these ask for is theirs to change; a refusal costs the walk some ids and nothing else.
            using var response = await a.SendAsync(HttpMethod.Post, path, body);
        }

        await Eventually.TrueAsync(
            async () => (await a.GetAsync("/api/v2/knowledge-graph/nodes")).ToString().Contains(marker, StringComparison.Ordinal),
            TimeSpan.FromSeconds(30), Ct, "The graph of the other tenant");
    }

    private async Task<List<(string Method, string Path)>> OperationsAsync()
    {
        var operations = new List<(string, string)>();
        await Eventually.TrueAsync(
            async () =>
            {
                operations.Clear();
                using var response = await platform.Admin.SendAsync(HttpMethod.Get, "/api/openapi.json");
                using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Ct));
                foreach (var path in document.RootElement.GetProperty("paths").EnumerateObject())
                {
                    if (!NotWalked.Any(n => path.Name.Contains(n, StringComparison.Ordinal)))
                    {
                        operations.AddRange(path.Value.EnumerateObject().Where(m => m.Name is "get" or "post" or "put" or "patch" or "delete").Select(m => (m.Name.ToUpperInvariant(), path.Name)));
                    }
                }

                // Each service writes its part when it is first asked.
                return new[] { "/users", "/admin/tenants", "/threat-intel", "/knowledge-graph", "/agent" }.All(s => operations.Any(o => o.Item2.Contains(s, StringComparison.Ordinal)));
            },
            TimeSpan.FromSeconds(60), Ct, "The description of all services");

        // Reads first, so that what a write breaks is not taken for absent.
        return [.. operations.OrderBy(o => o.Item1 == "GET" ? 0 : o.Item1 == "DELETE" ? 2 : 1)];
    }

    /// <summary>The ids that each list shows.</summary>
    private static async Task<Dictionary<string, List<string>>> HarvestAsync(Api client, IEnumerable<string> lists)
    {
        var found = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var path in lists.Where(p => p.StartsWith("/api/v2/", StringComparison.Ordinal) && !p.StartsWith("/api/v2/audit", StringComparison.Ordinal)))
        {
            using var response = await AskAsync(client, "GET", path);
            if (response is { IsSuccessStatusCode: true } && response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true)
            {
                var ids = new List<string>();
                Collect(JsonDocument.Parse(await response.Content.ReadAsStringAsync(Ct)).RootElement, ids);
                found[path] = [.. ids.Distinct()];
            }
        }

        return found;
    }

    private static void Collect(JsonElement value, List<string> ids)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    if (member.Name is "id" or "stix_id" or "client_id" && member.Value.ValueKind == JsonValueKind.String && member.Value.GetString() is { Length: > 8 } id)
                    {
                        ids.Add(id);
                    }

                    Collect(member.Value, ids);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    Collect(item, ids);
                }

                break;
        }
    }

    /// <summary>The path with ids of the other tenant: those of its own list, else one of each list.</summary>
    private static IEnumerable<string> Filled(string path, Dictionary<string, List<string>> known, HashSet<string> ids)
    {
        if (!path.Contains('{', StringComparison.Ordinal))
        {
            return [path];
        }

        var list = Version().Replace(path[..path.IndexOf("/{", StringComparison.Ordinal)], "/api/v2/");
        var own = known.GetValueOrDefault(list)?.Where(ids.Contains).Take(3).ToList() ?? [];
        var candidates = own.Count > 0 ? own : known.Values.Select(v => v.Find(ids.Contains)).OfType<string>().Distinct().Take(8);
        return candidates.Select(id => Parameter().Replace(path, _ => Uri.EscapeDataString(id)));
    }

    private static async Task LookAsync(Api b, string method, string path, string marker, HashSet<string> ids, List<string> leaks)
    {
        using var response = await AskAsync(b, method, path);
        if (response is null)
        {
            return;
        }

        var text = await ReadAsync(response);
        if (text.Contains(marker, StringComparison.OrdinalIgnoreCase) || ids.Any(id => !path.Contains(Uri.EscapeDataString(id), StringComparison.Ordinal) && text.Contains(id, StringComparison.Ordinal)))
        {
            leaks.Add($"{method} {path} showed: {(int)response.StatusCode} {text[..Math.Min(300, text.Length)]}");
        }

        if (response.StatusCode == HttpStatusCode.InternalServerError)
        {
            leaks.Add($"{method} {path} broke: {text[..Math.Min(300, text.Length)]}");
        }
    }

    /// <summary>The answer; null where a stream stays open, which shows nothing within the time.</summary>
    private static async Task<HttpResponseMessage?> AskAsync(Api client, string method, string path)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        patience.CancelAfter(TimeSpan.FromSeconds(10));
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), path);
        if (method is not ("GET" or "DELETE"))
        {
            request.Content = new StringContent("{}", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        }

        try
        {
            return await client.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        }
        catch (OperationCanceledException) when (!Ct.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async Task<string> ReadAsync(HttpResponseMessage response)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        patience.CancelAfter(TimeSpan.FromSeconds(10));
        try
        {
            return await response.Content.ReadAsStringAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!Ct.IsCancellationRequested)
        {
            return "";
        }
    }

    [GeneratedRegex("^/api/(v1/|v2/)?")]
    private static partial Regex Version();

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}
