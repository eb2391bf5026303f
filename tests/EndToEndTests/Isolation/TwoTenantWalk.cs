using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Platform.TestSupport;

namespace Platform.EndToEndTests.Isolation;

/// <summary>
/// Walks every operation with one tenant's credential and another tenant's ids, names, search words and cursors. It looks
/// for three things: content of the other tenant in an answer; an answer that differs from the one about ids that nobody
/// has; and, afterwards, a change of the other tenant's things. What cannot be walked is a finding too.
/// </summary>
internal sealed class TwoTenantWalk(FilledTenant owner, FilledTenant walker, IReadOnlyList<ApiOperation> operations, JsonElement schemas, CancellationToken ct)
{
    private const int AtOnce = 4;
    private const int IdsOfEach = 2;
    private static readonly TimeSpan StreamPatience = TimeSpan.FromSeconds(3);

    /// <summary>Where ids of a path are listed that is not the path up to them.</summary>
    private static readonly Dictionary<string, string> ListedElsewhere = new(StringComparer.Ordinal)
    {
        ["/api/v2/threat-intel/objects"] = "/api/v2/threat-intel/intrusion-sets",
        ["/api/v2/knowledge-graph/analytics/similar"] = "/api/v2/knowledge-graph/nodes",
        ["/api/v2/config/rollback"] = "/api/v2/config/history",
    };

    /// <summary>Lists of what every tenant has alike: naming it tells nobody anything.</summary>
    private static readonly string[] SameForAll = ["/api/v2/agent/tools"];

    private readonly List<string> _findings = [];
    private readonly HashSet<string> _shared = new(StringComparer.Ordinal);
    private readonly HashSet<string> _spoken = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private Words _words = null!;
    private int _number;

    /// <summary>What was found, in words.</summary>
    public IReadOnlyList<string> Findings => _findings;

    public int Requests { get; private set; }

    public async Task RunAsync()
    {
        var addressed = new List<(ApiOperation Operation, IReadOnlyList<string> Paths)>();
        foreach (var operation in operations)
        {
            addressed.Add((operation, await PathsAsync(operation)));
        }

        _ids.Add(owner.Id.ToString());
        _words = new Words(
            owner.Word, 0, owner.Id.ToString(), (await OwnAsync("/api/v2/threat-intel/malware"))[0], (await OwnAsync("/api/v2/infrastructure/assets"))[0],
            (await OwnAsync("/api/v2/agent/conversations"))[0]);
        var before = await StateAsync(addressed);
        Expect(before.Count > 30, $"Only {before.Count} addresses mean anything to the tenant they are of.");

        // Reads first, so that what a write breaks is not taken for absent.
        foreach (var phase in addressed.GroupBy(a => a.Operation.Method switch { "GET" => 0, "DELETE" => 2, _ => 1 }).OrderBy(g => g.Key))
        {
            await Parallel.ForEachAsync(phase, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (a, _) => await TryWalkAsync(a.Operation, a.Paths));
        }

        var graph = new GraphQLWalk(walker, _words with { Number = Interlocked.Increment(ref _number) }, owner.Secret, ct);
        _findings.AddRange(await graph.RunAsync());
        Expect(graph.Fields > 50, $"{graph.Fields} fields of GraphQL are not all.");

        var after = await StateAsync(addressed);
        foreach (var (path, text) in before)
        {
            Expect(after.GetValueOrDefault(path) == text, $"{path} was changed by another tenant:\n  {text}\n  {after.GetValueOrDefault(path)}");
        }

        Expect(graph.Subscriptions.Count > 3, $"{graph.Subscriptions.Count} subscriptions of GraphQL are not all.");
        _findings.AddRange(await new SubscriptionWalk(owner, walker, graph.Subscriptions, ct).RunAsync());
    }

    /// <summary>The addresses of an operation: each parameter filled with ids of the owner.</summary>
    private async Task<IReadOnlyList<string>> PathsAsync(ApiOperation operation)
    {
        List<string> paths = [operation.Canonical];
        while (paths.Exists(p => p.Contains('{', StringComparison.Ordinal)))
        {
            var filled = new List<string>();
            foreach (var path in paths)
            {
                var (start, end) = (path.IndexOf('{', StringComparison.Ordinal), path.IndexOf('}', StringComparison.Ordinal));
                var list = path[..start].TrimEnd('/');
                list = ListedElsewhere.GetValueOrDefault(list, list);
                foreach (var id in await CandidatesAsync(list, path[(start + 1)..end].Split(':')[0]))
                {
                    filled.Add(path[..start] + Uri.EscapeDataString(id) + path[(end + 1)..]);
                }
            }

            if (filled.Count == 0)
            {
                Expect(false, $"{operation} cannot be walked: the filled tenant has nothing to name in it. Let FilledTenant make something of the kind.");
                return [];
            }

            paths = filled;
        }

        // The same place under the version that the operation is of.
        return operation.Path == operation.Canonical ? paths : paths.ConvertAll(p => operation.Prefix + p["/api/v2/".Length..]);
    }

    /// <summary>What only the platform's administrators list has no ids of a tenant; the tenant's own id stands for one, and nobody of it may get past it.</summary>
    private async Task<IReadOnlyList<string>> CandidatesAsync(string list, string parameter)
    {
        if (await owner.IdsAsync(list, parameter) is not { } ids)
        {
            return list.Contains("/admin/", StringComparison.Ordinal) || list.Contains("/security/", StringComparison.Ordinal) || list.Contains("/config/", StringComparison.Ordinal) ? [owner.Id.ToString()] : [];
        }

        if (SameForAll.Contains(list))
        {
            _shared.UnionWith(ids);
            return ids.Take(IdsOfEach).ToList();
        }

        var own = ids.Except(await walker.IdsAsync(list, parameter) ?? []).ToList();
        lock (_ids)
        {
            _ids.UnionWith(own.Where(id => id.Length > 8));
        }

        return own.Take(IdsOfEach).ToList();
    }

    private async Task<IReadOnlyList<string>> OwnAsync(string list) => (await owner.IdsAsync(list, "id"))!;

    /// <summary>What the owner reads at its own addresses.</summary>
    private async Task<Dictionary<string, string>> StateAsync(IEnumerable<(ApiOperation Operation, IReadOnlyList<string> Paths)> addressed)
    {
        var state = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (operation, paths) in addressed.Where(a => a.Operation.IsRead && a.Operation.Path == a.Operation.Canonical && a.Operation.Path.Contains('{', StringComparison.Ordinal)))
        {
            foreach (var path in paths)
            {
                var (status, text) = await AskAsync(owner.Client, "GET", path, null);
                Expect(status is >= 200 and < 300 || status == 403, $"{path} answers its own tenant with {status}: {text}");
                // An export of a person is itself noted in their part of the audit log.
                if (status is >= 200 and < 300 && !path.EndsWith("/export", StringComparison.Ordinal))
                {
                    state[path] = text;
                }
            }
        }

        return state;
    }

    private async Task TryWalkAsync(ApiOperation operation, IReadOnlyList<string> paths)
    {
        try
        {
            await WalkAsync(operation, paths);
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or InvalidOperationException)
        {
            Expect(false, $"{operation} could not be walked: {exception.Message}");
        }
    }

    private async Task WalkAsync(ApiOperation operation, IReadOnlyList<string> paths)
    {
        var words = _words with { Number = Interlocked.Increment(ref _number) };
        foreach (var path in paths)
        {
            var absent = path == operation.Path ? path : WithMadeUpIds(operation, path);
            await CompareAsync(operation.Method, path, BodyOf(operation, words), absent, BodyOf(operation, words.MadeUp()));
        }

        foreach (var parameter in paths.Count == 0 || !operation.IsRead ? [] : operation.Query)
        {
            if (parameter is "cursor")
            {
                await WalkCursorAsync(paths[0]);
                continue;
            }

            var made = words.MadeUp();
            await CompareAsync("GET", $"{paths[0]}?{parameter}={Uri.EscapeDataString(words.For(parameter))}", null, $"{paths[0]}?{parameter}={Uri.EscapeDataString(made.For(parameter))}", null);
        }
    }

    /// <summary>A page that begins where the other tenant's ended.</summary>
    private async Task WalkCursorAsync(string list)
    {
        var (_, page) = await AskAsync(owner.Client, "GET", list + "?limit=1");
        if (page.StartsWith('{') && JsonElement.Parse(page).TryGetProperty("next_cursor", out var cursor))
        {
            await LookAsync("GET", $"{list}?cursor={Uri.EscapeDataString(cursor.GetString()!)}", null);
        }
    }

    /// <summary>Asks about what the other tenant has and about what nobody has: nothing may show, and nothing may differ.</summary>
    private async Task CompareAsync(string method, string path, string? body, string absentPath, string? absentBody)
    {
        var there = await LookAsync(method, path, body);
        if (path == absentPath && body == absentBody)
        {
            return;
        }

        var absent = await LookAsync(method, absentPath, absentBody);
        Expect(there == absent, $"{method} {path} tells what is there: {there} instead of {absent} as for {absentPath}\n  {body}\n  {absentBody}");
    }

    /// <summary>The status and code of an answer, which is searched for the other tenant's content.</summary>
    private async Task<string> LookAsync(string method, string path, string? body)
    {
        var (status, text) = await AskAsync(walker.Client, method, path, body);
        lock (_spoken)
        {
            _spoken.UnionWith(_ids.Where(id => body?.Contains(id, StringComparison.Ordinal) == true));
        }

        var shown = text.Contains(owner.Secret, StringComparison.OrdinalIgnoreCase) ? owner.Secret
            : _ids.FirstOrDefault(id => !_spoken.Contains(id) && !path.Contains(Uri.EscapeDataString(id), StringComparison.Ordinal) && text.Contains(id, StringComparison.Ordinal));
        Expect(shown is null, $"{method} {path} shows '{shown}' of another tenant: {status} {Start(text)}");
        Expect(status is < 500 and not 429, $"{method} {path} answers {status}: {Start(text)}\n  {body}");
        return $"{status} {(status < 400 ? null : CodeOf(text))}";
    }

    private string? BodyOf(ApiOperation operation, Words words) => operation.IsRead || operation.Method == "DELETE" ? null
        : operation.Body is { } schema ? new SampleBody(schemas, words).Of(schema)?.ToJsonString() ?? "{}" : "{}";

    private string WithMadeUpIds(ApiOperation operation, string path)
    {
        var (template, segments) = (operation.Path.Split('/'), path.Split('/'));
        for (var i = 0; i < segments.Length; i++)
        {
            segments[i] = template[i] == segments[i] || _shared.Contains(segments[i]) ? segments[i] : Words.MadeUp(segments[i]);
        }

        return string.Join('/', segments);
    }

    private async Task<(int Status, string Text)> AskAsync(Api client, string method, string path, string? body = null)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), path);
        request.Headers.TryAddWithoutValidation("Accept", path.StartsWith("/taxii2", StringComparison.Ordinal) ? "application/taxii+json;version=2.1" : "application/json, */*");
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(path.StartsWith("/taxii2", StringComparison.Ordinal) ? "application/taxii+json" : "application/json"));
        }

        lock (_findings)
        {
            Requests++;
        }

        using var response = await client.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        var text = new StringBuilder();
        if (response.Content.Headers.ContentType?.MediaType == "text/event-stream")
        {
            // A stream that stays open shows what it has at once.
            patience.CancelAfter(StreamPatience);
        }

        try
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(patience.Token));
            var buffer = new char[8192];
            while (await reader.ReadAsync(buffer.AsMemory(), patience.Token) is > 0 and var read)
            {
                text.Append(buffer, 0, read);
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
        }

        return ((int)response.StatusCode, text.ToString());
    }

    private static string? CodeOf(string text)
    {
        if (!text.StartsWith('{'))
        {
            return null;
        }

        var body = JsonElement.Parse(text);
        return body.TryGetProperty("code", out var code) || (body.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object && error.TryGetProperty("code", out code))
            ? code.ToString()
            : null;
    }

    private static string Start(string text) => text[..Math.Min(300, text.Length)];

    private void Expect(bool isSo, string finding)
    {
        if (!isSo)
        {
            lock (_findings)
            {
                _findings.Add(finding);
            }
        }
    }
}
