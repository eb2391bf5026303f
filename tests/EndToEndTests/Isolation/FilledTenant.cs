using System.Text;
using System.Text.Json;
using Platform.TestSupport;

namespace Platform.EndToEndTests.Isolation;

/// <summary>
/// A tenant with some of everything that can be made through the API. All of it carries two words: one in names, which
/// another tenant may search for, and one that nobody else ever says, so that it can only come from here.
/// </summary>
internal sealed class FilledTenant
{
    private static readonly string[] StixTypes =
        ["attack-pattern", "course-of-action", "identity", "intrusion-set", "location", "malware", "threat-actor", "tool", "vulnerability", "campaign"];

    private const string Password = "a really fine pass 9";
    private const string Taxii = "application/taxii+json;version=2.1";

    private readonly Dictionary<string, Task<IReadOnlyList<string>?>> _lists = [];

    private FilledTenant(Guid id, Api client, string word, string secret) => (Id, Client, Word, Secret) = (id, client, word, secret);

    public Guid Id { get; }

    /// <summary>Its administrator, signed in.</summary>
    public Api Client { get; }

    /// <summary>In the name of everything.</summary>
    public string Word { get; }

    /// <summary>In the content of everything.</summary>
    public string Secret { get; }

    /// <param name="admin">The platform's administrator.</param>
    /// <param name="word">Begins both words.</param>
    /// <param name="run">Begins the idempotency keys: two tenants use the same ones, and neither may hear of it.</param>
    /// <param name="ct">Stops the work.</param>
    public static async Task<FilledTenant> CreateAsync(Api admin, string word, string run, CancellationToken ct)
    {
        var (id, actor) = await admin.NewTenantAsync(word.ToLowerInvariant(), "end-to-end test");
        using var _ = actor;
        await admin.RaiseLimitsAsync(id.ToString());
        var tag = Guid.NewGuid().ToString("N")[..10];
        var username = $"{word}{tag}@example.org".ToLowerInvariant();
        await actor.PostAsync("/api/v2/users", new { username, password = Password, role = "admin", must_change_password = false });
        var slug = (await actor.GetAsync("/api/v2/tenant")).GetProperty("slug").GetString();
        using var anonymous = new Api(admin.Http.BaseAddress!);
        var session = await anonymous.PostAsync("/api/v2/auth/login", new { username, password = Password, tenant = slug });
        var tenant = new FilledTenant(id, new Api(admin.Http.BaseAddress!).WithBearer(session.GetProperty("access_token").GetString()!), word + tag, $"Secret{word}{tag}");
        await tenant.FillAsync(run, ct);
        return tenant;
    }

    /// <summary>The ids that a list shows, the newest lists' newest first; null where the tenant's administrator may not see it.</summary>
    /// <param name="list">Its path.</param>
    /// <param name="parameter">The parameter that takes such an id.</param>
    public Task<IReadOnlyList<string>?> IdsAsync(string list, string parameter)
    {
        lock (_lists)
        {
            return _lists.TryGetValue(list, out var known) ? known : _lists[list] = ReadIdsAsync(list, parameter);
        }
    }

    private async Task FillAsync(string run, CancellationToken ct)
    {
        var objects = StixTypes.Select(type => SmallBundle.Object(IdOf(type), null, new { name = $"{Word} {type}", description = Secret, is_family = false, country = "DE", identity_class = "group", threat_actor_types = new[] { "hacker" } })).ToList();
        var malware = (string)objects[5]["id"]!;
        objects.Add(SmallBundle.Object(IdOf("note"), null, new { content = Secret, @abstract = Word, object_refs = new[] { malware } }));
        objects.Add(SmallBundle.Object(IdOf("report"), null, new { name = Word, description = Secret, published = "2026-01-01T00:00:00Z", object_refs = new[] { malware } }));
        objects.Add(SmallBundle.Object(IdOf("sighting"), null, new { sighting_of_ref = malware, description = Secret, count = 1 }));
        objects.Add(SmallBundle.Object(IdOf("relationship"), null, new { relationship_type = "uses", source_ref = objects[3]["id"], target_ref = malware, description = Secret }));
        objects.Add(SmallBundle.Object(IdOf("indicator"), null, new { name = Word, description = Secret, pattern = $"[domain-name:value = '{Word}.example.org']".ToLowerInvariant(), pattern_type = "stix", valid_from = "2026-01-01T00:00:00Z" }));
        await Client.ImportAsync(SmallBundle.Bundle(objects));

        var asset = await MakeAsync(run, "/api/v2/infrastructure/assets", new { name = Word, description = Secret, owner = Secret, addresses = new[] { "198.51.100.7" }, tags = new[] { Word } });
        await MakeAsync(run, "/api/v2/infrastructure/incidents", new { title = Word, description = Secret, asset_ids = new[] { asset.GetProperty("id").GetString() }, object_refs = new[] { malware } });
        await MakeAsync(run, "/api/v2/threat-intel/collections", new { title = Word, description = Secret });
        await MakeAsync(run, "/api/v2/threat-intel/indicators", new { name = Word + " made", description = Secret, indicator_type = "domain-name", value = $"made.{Word}.example.org".ToLowerInvariant() });
        await MakeAsync(run, "/api/v2/admin/api-keys", new { name = Secret, permissions = new[] { "read:all" } });
        await MakeAsync(run, "/api/v2/users", new { username = $"{Secret}@example.org".ToLowerInvariant(), password = Password, role = "viewer" });
        await MakeAsync(run, "/api/v2/roles", new { name = Word.ToLowerInvariant(), description = Secret, grants = new[] { "read:all" } });
        await MakeAsync(run, "/api/v2/integrations/clients", new { client_name = Secret, description = Secret, permissions = new[] { "read:all" }, grant_types = new[] { "client_credentials" } });
        await MakeAsync(run, "/api/v2/knowledge-graph/nodes", new { node_type = "note", name = Word, properties = new { description = Secret } });
        await MakeAsync(run, "/api/v2/items", new { items = Enumerable.Range(1, 3).Select(n => new { id = $"{Word}-item-{n}", type = "article", name = $"{Word} {n}", description = Secret, tags = new[] { Word } }) });
        await MakeAsync(run, "/api/v2/interactions", new { interactions = Enumerable.Range(1, 3).Select(n => new { user_id = $"{Word}-user", item_id = n == 3 ? malware : $"{Word}-item-{n}", type = "view" }) });
        await MakeAsync(run, "/api/v2/auth/mfa/methods", new { type = "totp" });
        await MakeAsync(run, "/api/v2/agent/chat_poll", new { message = $"How many malware are there, {Secret}?" });
        await MakeAsync(run, "/api/v2/agent/memory", new { kind = "note", text = $"{Word} {Secret}" });
        // Not enabled: questions are answered without a model.
        using var provider = await Client.SendAsync(HttpMethod.Put, $"/api/v2/agent/providers/{Word}", new { base_url = $"https://{Word}.example.org/v1".ToLowerInvariant(), model = Secret, api_key = Secret, enabled = false });
        // Nobody may have the platform call itself, so that its first run fails at once.
        var feed = await MakeAsync(run, "/api/v2/threat-intel/feeds", new { name = Word, kind = "stix", url = $"http://127.0.0.1:9/{Secret}" });
        await AddByTaxiiAsync();
        await Eventually.TrueAsync(
            async () => await ReadIdsAsync($"/api/v2/threat-intel/feeds/{feed.GetProperty("id").GetString()}/runs", "run") is { Count: > 0 },
            TimeSpan.FromSeconds(30), ct, $"The first run of the feed of {Word}");
        await Eventually.TrueAsync(
            async () => (await Client.GetAsync("/api/v2/knowledge-graph/nodes?limit=100")).ToString().Contains($"{Word} malware", StringComparison.Ordinal),
            TimeSpan.FromSeconds(30), ct, $"The graph of {Word}");
        await MakeAsync(run, "/api/v2/knowledge-graph/rebuilds", new { });
        await Eventually.TrueAsync(
            async () => (await Client.GetAsync("/api/v2/knowledge-graph/rebuilds")).GetProperty("items")[0].GetProperty("state").GetString() == "completed",
            TimeSpan.FromSeconds(30), ct, $"The rebuild of the graph of {Word}");
    }

    /// <summary>No list shows the status of what was added; its id is kept from the answer.</summary>
    private async Task AddByTaxiiAsync()
    {
        var root = $"/taxii2/{Id}/";
        var collection = (await ReadIdsAsync(root + "collections", "id"))![0];
        var envelope = JsonSerializer.Serialize(new { objects = new[] { SmallBundle.Object(IdOf("tool"), null, new { name = Word + " by TAXII", description = Secret }) } });
        using var content = new StringContent(envelope, Encoding.UTF8);
        content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(Taxii);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{root}collections/{collection}/objects/") { Content = content };
        request.Headers.TryAddWithoutValidation("Accept", Taxii);
        using var response = await Client.Http.SendAsync(request);
        var status = JsonElement.Parse(await response.Content.ReadAsStringAsync());
        _lists[root + "status"] = Task.FromResult<IReadOnlyList<string>?>([status.GetProperty("id").GetString()!]);
    }

    private async Task<JsonElement> MakeAsync(string run, string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", $"{run}-{path.Replace('/', '.')}");
        using var response = await Client.Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? JsonElement.Parse(text) : throw new HttpRequestException($"POST {path} as {Word} answered {(int)response.StatusCode}: {text}");
    }

    private async Task<IReadOnlyList<string>?> ReadIdsAsync(string list, string parameter)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, list);
        request.Headers.TryAddWithoutValidation("Accept", list.StartsWith("/taxii2", StringComparison.Ordinal) ? Taxii : "application/json");
        using var response = await Client.Http.SendAsync(request);
        if (!response.IsSuccessStatusCode)
        {
            return null;
        }

        var body = JsonElement.Parse(await response.Content.ReadAsStringAsync());
        var items = body.ValueKind == JsonValueKind.Array ? body : body.EnumerateObject().Select(p => p.Value).FirstOrDefault(v => v.ValueKind == JsonValueKind.Array);
        return items.ValueKind != JsonValueKind.Array ? [] : [.. items.EnumerateArray().Select(item => IdOf(item, parameter)).OfType<string>()];
    }

    /// <summary>The item's id: the member of the parameter's name, <c>id</c>, or the first that ends like one; a bare path's last segment.</summary>
    private static string? IdOf(JsonElement item, string parameter)
    {
        if (item.ValueKind == JsonValueKind.String)
        {
            return item.GetString()!.TrimEnd('/').Split('/')[^1];
        }

        var members = item.EnumerateObject().Where(m => m.Value.ValueKind == JsonValueKind.String).ToList();
        foreach (var fits in (Func<string, bool>[])[n => n == parameter, n => n == "id", n => n.EndsWith("_id", StringComparison.Ordinal)])
        {
            if (members.Find(m => fits(m.Name)) is { Value.ValueKind: JsonValueKind.String } found)
            {
                return found.Value.GetString();
            }
        }

        return null;
    }

    private static string IdOf(string type) => $"{type}--{Guid.NewGuid()}";
}
