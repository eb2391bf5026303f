using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using Npgsql;

namespace Platform.TestSupport;

/// <summary>
/// Requests at full speed through several gateways, each with an address of its own, so that its usage row can be told
/// from all others; and afterwards the rows, compared with the answers that were completed.
/// </summary>
public sealed class CountedRequests : IDisposable
{
    /// <summary>Requests at once at each gateway, and so the most that can be in flight when one of them is killed.</summary>
    public const int AtEachGateway = 16;

    private readonly ConcurrentDictionary<string, Answer> _completed = new(StringComparer.Ordinal);
    private readonly long _started = TimeProvider.System.GetTimestamp();
    private readonly HttpClient[] _gateways;
    private readonly Guid _tenant;
    private readonly int _total;
    private int _next;

    /// <param name="gateways">The gateways' addresses.</param>
    /// <param name="tenant">Whose requests they are.</param>
    /// <param name="token">Its access token.</param>
    /// <param name="total">How many answers to complete.</param>
    public CountedRequests(IEnumerable<Uri> gateways, Guid tenant, string token, int total)
    {
        (_tenant, _total) = (tenant, total);
        _gateways = [.. gateways.Select(address => new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = address,
            Timeout = TimeSpan.FromSeconds(30),
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
        })];
    }

    /// <summary>Answers that were completed so far.</summary>
    public int Completed => _completed.Count;

    /// <summary>Requests that got no complete answer; each was asked once.</summary>
    public int Unanswered { get; private set; }

    /// <summary>Completed answers by status.</summary>
    public string Statuses => string.Join(", ", _completed.Values.CountBy(answer => answer.Status).OrderBy(s => s.Key).Select(s => $"{s.Key}: {s.Value:N0}"));

    /// <summary>Asks until there are enough answers.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var unanswered = await Task.WhenAll(_gateways.SelectMany(gateway => Enumerable.Range(0, AtEachGateway).Select(_ => WorkAsync(gateway, ct))));
        Unanswered = unanswered.Sum();
    }

    /// <summary>Compares the rows with the answers, once there is a row for each or no more come.</summary>
    /// <param name="connection">Tenancy's database, as its owner.</param>
    /// <param name="ct">Stops the waiting.</param>
    public async Task<UsageTally> CountAsync(string connection, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        var rows = new Dictionary<string, long>(StringComparer.Ordinal);
        var (last, quietSince) = (-1L, TimeProvider.System.GetTimestamp());
        await Eventually.TrueAsync(
            async () =>
            {
                rows = await RowsAsync(source, ct);
                if (rows.Values.Sum() is var sum && sum != last)
                {
                    (last, quietSince) = (sum, TimeProvider.System.GetTimestamp());
                }

                // A journal is shipped every second.
                return TimeProvider.System.GetElapsedTime(quietSince) > TimeSpan.FromSeconds(_completed.Keys.All(rows.ContainsKey) ? 5 : 30);
            },
            TimeSpan.FromMinutes(3), ct, "An end of the usage rows");
        return new UsageTally(
            _completed.Count, rows.Values.Sum(), [.. _completed.Where(answer => !rows.ContainsKey(answer.Key)).Select(answer => answer.Value).OrderBy(answer => answer.At)],
            rows.Sum(row => row.Value - (_completed.ContainsKey(row.Key) ? 1 : 0)));
    }

    public void Dispose() => Array.ForEach(_gateways, gateway => gateway.Dispose());

    private async Task<int> WorkAsync(HttpClient gateway, CancellationToken ct)
    {
        var unanswered = 0;
        while (_completed.Count < _total)
        {
            var path = "/api/v2/threat-intel/objects/" + Letters(Interlocked.Increment(ref _next));
            try
            {
                using var response = await gateway.GetAsync(path, ct);
                _completed[path] = new Answer((int)response.StatusCode, gateway.BaseAddress!, TimeProvider.System.GetElapsedTime(_started));
            }
            catch (Exception exception) when (!ct.IsCancellationRequested && exception is HttpRequestException or IOException or OperationCanceledException)
            {
                unanswered++;
                await Task.Delay(20, ct);
            }
        }

        return unanswered;
    }

    private async Task<Dictionary<string, long>> RowsAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var command = source.CreateCommand("SELECT endpoint, count(*) FROM usage_logs WHERE tenant_id = $1 AND endpoint LIKE '/api/v2/threat-intel/objects/%' GROUP BY endpoint");
        command.Parameters.Add(new() { Value = _tenant });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new Dictionary<string, long>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct))
        {
            rows[reader.GetString(0)] = reader.GetInt64(1);
        }

        return rows;
    }

    /// <summary>A number as a word: words are not taken for identifiers, so the row keeps it.</summary>
    private static string Letters(int number)
    {
        Span<char> word = stackalloc char[7];
        for (var i = word.Length - 1; i >= 0; i--)
        {
            word[i] = (char)('a' + (number % 26));
            number /= 26;
        }

        return new string(word);
    }
}

/// <summary>What usage rows say of answers.</summary>
/// <param name="Completed">Answers that were completed.</param>
/// <param name="Rows">All rows of the tenant's requests.</param>
/// <param name="Missing">Completed answers without a row, in the order of their times.</param>
/// <param name="Extra">Rows beyond one for each completed answer.</param>
public sealed record UsageTally(int Completed, long Rows, IReadOnlyList<Answer> Missing, long Extra)
{
    /// <summary>Where and when the answers without a row were given.</summary>
    public string Losses => string.Join("; ", Missing.GroupBy(answer => answer.Gateway)
        .Select(lost => string.Create(CultureInfo.InvariantCulture, $"{lost.Count():N0} of {lost.Key} from {lost.First().At.TotalSeconds:0.000} to {lost.Last().At.TotalSeconds:0.000} s")));
}

/// <summary>A completed answer.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Gateway">Which gateway gave it.</param>
/// <param name="At">When, since the first request.</param>
public sealed record Answer(int Status, Uri Gateway, TimeSpan At);
