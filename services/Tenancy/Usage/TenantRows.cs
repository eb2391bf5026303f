using Npgsql;
using NpgsqlTypes;
using Platform.Contracts.Gateway;

namespace Platform.Tenancy.Usage;

/// <summary>The rows of one tenant, by column.</summary>
internal sealed class TenantRows
{
    private readonly List<Guid?> _keys = [];
    private readonly List<string> _endpoints = [];
    private readonly List<string> _methods = [];
    private readonly List<int> _statuses = [];
    private readonly List<float> _latencies = [];
    private readonly List<long> _requestSizes = [];
    private readonly List<long> _responseSizes = [];
    private readonly List<DateTimeOffset> _timestamps = [];

    public bool UsesKeys { get; private set; }

    /// <summary>What the rows add up to.</summary>
    public TenantDeltas Deltas { get; } = new();

    public void Add(UsageEntry entry, DateTimeOffset now)
    {
        var endpoint = UsageRow.Endpoint(entry);
        var at = UsageRow.Timestamp(entry, now);
        var latency = UsageRow.Latency(entry);
        _keys.Add(entry.ApiKeyId);
        _endpoints.Add(endpoint);
        _methods.Add(UsageRow.Method(entry));
        _statuses.Add(entry.StatusCode);
        _latencies.Add(latency);
        _requestSizes.Add(entry.RequestSizeBytes);
        _responseSizes.Add(entry.ResponseSizeBytes);
        _timestamps.Add(at);
        Deltas.Add(at, endpoint, entry.ApiKeyId, entry.StatusCode, latency, entry.RequestSizeBytes, entry.ResponseSizeBytes);
        UsesKeys |= entry.ApiKeyId is not null;
    }

    public NpgsqlBatchCommand Insert(string sql, Guid tenant) => new(sql)
    {
        Parameters =
        {
            new() { Value = tenant },
            new() { Value = _keys, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
            new() { Value = _endpoints },
            new() { Value = _methods },
            new() { Value = _statuses },
            new() { Value = _latencies },
            new() { Value = _requestSizes },
            new() { Value = _responseSizes },
            new() { Value = _timestamps },
        },
    };

    public NpgsqlBatchCommand Touch(string sql) => new(sql)
    {
        Parameters =
        {
            new() { Value = _keys, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
            new() { Value = _timestamps },
        },
    };
}
