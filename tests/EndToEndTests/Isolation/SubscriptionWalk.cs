using System.Text;
using System.Text.Json.Nodes;
using Platform.TestSupport;

namespace Platform.EndToEndTests.Isolation;

/// <summary>
/// Every subscription of the schema, opened by one tenant while the same things happen in another and then in its own: of its
/// own it hears, of the other's nothing.
/// </summary>
/// <param name="owner">The other.</param>
/// <param name="walker">Who listens.</param>
/// <param name="operations">The subscriptions by their fields.</param>
/// <param name="ct">Stops the work.</param>
internal sealed class SubscriptionWalk(FilledTenant owner, FilledTenant walker, IReadOnlyDictionary<string, string> operations, CancellationToken ct)
{
    /// <summary>Those that tell of what is done here.</summary>
    private static readonly string[] Heard = ["indicatorChanged", "incidentChanged", "importChanged"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>What was found, in words.</summary>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var told = operations.Keys.ToDictionary(name => name, _ => new StringBuilder());
        var opened = operations.Keys.ToDictionary(name => name, _ => new TaskCompletionSource());
        var reading = operations.Select(o => ReadAsync(o.Value, told[o.Key], opened[o.Key], ending.Token)).ToList();
        await Task.WhenAll(opened.Values.Select(o => o.Task)).WaitAsync(Patience, ct);
        var foreign = await HappenAsync(owner);
        await HappenAsync(walker);
        await Eventually.TrueAsync(
            () => Task.FromResult(Heard.All(name => Text(told[name]).Contains("\"sequence\"", StringComparison.Ordinal)) && Text(told["incidentChanged"]).Contains(walker.Secret, StringComparison.Ordinal)),
            Patience, ct, "What happens in the listener's own tenant");
        await ending.CancelAsync();
        await Task.WhenAll(reading);
        return
        [
            .. told.Where(t => foreign.Append(owner.Secret).Append(owner.Word).Any(word => Text(t.Value).Contains(word, StringComparison.OrdinalIgnoreCase)))
                .Select(t => $"The subscription {t.Key} tells of another tenant:\n  {Text(t.Value)}"),
        ];
    }

    /// <summary>The same in either tenant; the ids of it.</summary>
    private static async Task<IReadOnlyList<string>> HappenAsync(FilledTenant tenant)
    {
        var indicator = $"indicator--{Guid.NewGuid()}";
        var incident = await tenant.Client.PostAsync("/api/v2/infrastructure/incidents", new { title = tenant.Secret });
        var import = await tenant.Client.ImportAsync(SmallBundle.Bundle(
            [SmallBundle.Object(indicator, null, new { name = tenant.Secret, pattern = $"[domain-name:value = '{tenant.Word}.example.net']".ToLowerInvariant(), pattern_type = "stix", valid_from = "2026-01-01T00:00:00Z" })]));
        return [indicator, incident.GetProperty("id").GetString()!, import.GetProperty("id").GetString()!];
    }

    private async Task ReadAsync(string operation, StringBuilder told, TaskCompletionSource opened, CancellationToken ending)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = new StringContent(new JsonObject { ["query"] = operation }.ToJsonString(), Encoding.UTF8, "application/json") };
            request.Headers.Accept.ParseAdd("text/event-stream");
            using var response = await walker.Client.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ending);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(ending));
            while (await reader.ReadLineAsync(ending) is { } line)
            {
                opened.TrySetResult();
                lock (told)
                {
                    told.AppendLine(line);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Heard enough.
        }
    }

    private static string Text(StringBuilder told)
    {
        lock (told)
        {
            return told.ToString();
        }
    }
}
