using System.Text.Json;
using Npgsql;
using Platform.ServiceDefaults;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.Configuration;

/// <summary>How a store answered.</summary>
/// <param name="Status">success or failure.</param>
/// <param name="Message">In words.</param>
/// <param name="ConnectionTimeMs">How long it took.</param>
/// <param name="Details">What was asked.</param>
internal sealed record DatabaseTestView(string Status, string Message, double ConnectionTimeMs, IReadOnlyDictionary<string, string> Details);

/// <summary>
/// Tries the stores that the platform is configured with, by name. A service opens its own store alone, so that of
/// another service is tried by asking that service whether it is ready.
/// </summary>
internal sealed class TestDatabase(
    NpgsqlDataSource own, IHttpClientFactory clients, IConfiguration configuration, TenancyDb db, CallContext call, TimeProvider clock)
{
    public const string Own = "tenancydb";
    public const string Client = "stores-of-others";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly (string Name, string Service)[] Others =
        [("identitydb", "identity"), ("threatinteldb", "threatintel"), ("agentdb", "agent"), ("graph", "knowledgegraph")];

    /// <summary>The names that can be tried here.</summary>
    public IEnumerable<string> Names => Others.Where(o => AddressOf(o.Service) is not null).Select(o => o.Name).Prepend(Own);

    public async Task<DatabaseTestView> RunAsync(string name, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        var started = clock.GetTimestamp();
        string? fault;
        try
        {
            fault = name == Own ? await TryOwnAsync(patience.Token) : await TryOtherAsync(name, patience.Token);
        }
        catch (Exception exception) when (exception is NpgsqlException or HttpRequestException or JsonException || (exception is OperationCanceledException && !ct.IsCancellationRequested))
        {
            // Why exactly is for the log of whoever owns the store: messages of drivers name hosts and users.
            fault = "The store does not answer.";
        }

        var time = clock.GetElapsedTime(started);
        var status = fault is null ? "success" : "failure";
        db.Record(call, "database_test", $"database/{name}", clock.GetUtcNow(), new Dictionary<string, string> { ["status"] = status });
        await db.SaveChangesAsync(ct);
        return new DatabaseTestView(
            status, fault ?? "The store answers.", Math.Round(time.TotalMilliseconds, 3), new Dictionary<string, string> { ["name"] = name });
    }

    private async Task<string?> TryOwnAsync(CancellationToken ct)
    {
        await using var connection = await own.OpenConnectionAsync(ct);
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        await command.ExecuteScalarAsync(ct);
        return null;
    }

    private async Task<string?> TryOtherAsync(string name, CancellationToken ct)
    {
        using var client = clients.CreateClient(Client);
        using var response = await client.GetAsync(new Uri(AddressOf(Others.First(o => o.Name == name).Service)!, "/ready"), ct);
        if (response.IsSuccessStatusCode)
        {
            return null;
        }

        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(ct);
        return answer.TryGetProperty("reason", out var reason) ? $"Its service is {reason.GetString()}." : "Its service is not ready.";
    }

    private Uri? AddressOf(string service) => Uri.TryCreate(configuration[$"services:{service}:http:0"], UriKind.Absolute, out var address) ? address : null;
}
