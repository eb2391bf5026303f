using System.Globalization;
using FalkorDb.Resp;

namespace FalkorDb;

/// <summary>Limits of one query.</summary>
/// <param name="Timeout">The server's time limit; null is the client's default.</param>
/// <param name="MaxReplyBytes">The longest reply read; null is the client's default.</param>
/// <param name="HideText">True keeps the query's text out of the spans: for texts that users wrote.</param>
public sealed record QueryOptions(TimeSpan? Timeout = null, long? MaxReplyBytes = null, bool HideText = false);

/// <summary>One graph of a server. Every query is one transaction; there are no larger ones.</summary>
public sealed class FalkorDbGraph
{
    private const int MaxAttempts = 8;
    private static readonly QueryOptions Defaults = new();
    private readonly FalkorDbClient _client;
    private volatile GraphSchema _schema = GraphSchema.Empty;

    internal FalkorDbGraph(FalkorDbClient client, string name)
    {
        _client = client;
        Name = name;
    }

    public string Name { get; }

    /// <summary>Runs a query that may write. A graph that does not exist is made.</summary>
    public Task<QueryResult> QueryAsync(string cypher, IReadOnlyDictionary<string, object?>? parameters, CancellationToken ct, QueryOptions? options = null) =>
        RunAsync("GRAPH.QUERY", cypher, parameters, options ?? Defaults, ct);

    /// <summary>Runs a query that the server refuses if it could write; repeated once when an idle connection turns out broken.</summary>
    public async Task<QueryResult> ReadAsync(string cypher, IReadOnlyDictionary<string, object?>? parameters, CancellationToken ct, QueryOptions? options = null)
    {
        try
        {
            return await RunAsync("GRAPH.RO_QUERY", cypher, parameters, options ?? Defaults, ct);
        }
        catch (FalkorDbException exception) when (exception.Error == FalkorDbError.Connection)
        {
            return await RunAsync("GRAPH.RO_QUERY", cypher, parameters, options ?? Defaults, ct);
        }
    }

    /// <summary>The plan of a query, one operation a line.</summary>
    public Task<IReadOnlyList<string>> ExplainAsync(string cypher, IReadOnlyDictionary<string, object?>? parameters, CancellationToken ct) =>
        PlanAsync(["GRAPH.EXPLAIN", Name], cypher, parameters, _client.Options.DefaultTimeout, ct);

    /// <summary>
    /// Runs a query and answers its plan with what each operation took. The server runs it whatever it does: it may write, and makes a
    /// graph that does not exist.
    /// </summary>
    public Task<IReadOnlyList<string>> ProfileAsync(string cypher, IReadOnlyDictionary<string, object?>? parameters, TimeSpan timeout, CancellationToken ct) =>
        PlanAsync(["GRAPH.PROFILE", Name, "timeout", ((long)timeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture)], cypher, parameters, timeout, ct);

    /// <summary>Removes the graph; false when there was none.</summary>
    public async Task<bool> DeleteAsync(CancellationToken ct)
    {
        var reply = await _client.ExecuteAsync(["GRAPH.DELETE", Name], default, null, _client.Options.DefaultTimeout, 1024, ct);
        if (reply.Kind == RespKind.Error && FalkorDbException.FromServer(reply.Text).Error == FalkorDbError.MissingGraph)
        {
            return false;
        }

        reply.OrThrow();
        _schema = GraphSchema.Empty;
        return true;
    }

    /// <summary>
    /// Copies the graph to a new key (<see cref="FalkorDbError.Exists"/> if it is taken). The server forks for it: see
    /// the README before doing so on a busy server.
    /// </summary>
    public async Task CopyToAsync(string name, CancellationToken ct) =>
        (await _client.ExecuteAsync(["GRAPH.COPY", Name, name], default, null, TimeSpan.FromMinutes(2), 1024, ct)).OrThrow();

    private async Task<QueryResult> RunAsync(string command, string cypher, IReadOnlyDictionary<string, object?>? parameters, QueryOptions options, CancellationToken ct)
    {
        var body = CypherWriter.Write(cypher, parameters);
        var timeout = options.Timeout ?? _client.Options.DefaultTimeout;
        var limit = ((long)timeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        for (var attempt = 1; ; attempt++)
        {
            // With the version given, the server refuses to run the query when ids could mean something else by now
            // (the graph was changed, or deleted and made anew): nothing is ever decoded by an outdated schema.
            var schema = _schema;
            string[] words = [command, Name, "--compact", "timeout", limit, "version", schema.Version.ToString(CultureInfo.InvariantCulture)];
            var reply = await _client.ExecuteAsync(words, body, options.HideText ? null : cypher, timeout, options.MaxReplyBytes ?? _client.Options.MaxReplyBytes, ct);
            if (CompactReply.IsVersionMismatch(reply, out var version) && attempt < MaxAttempts)
            {
                await RefreshAsync(version, ct);
                continue;
            }

            try
            {
                return CompactReply.Decode(reply, schema);
            }
            catch (UnknownSchemaIdException)
            {
                // The query itself made a label, type or key, and answered with it.
                var fresh = await RefreshAsync(null, ct);
                return CompactReply.Decode(reply, fresh);
            }
        }
    }

    private async Task<GraphSchema> RefreshAsync(long? version, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var labels = await NamesAsync("CALL db.labels()", version ?? 0, ct);
            if (labels.Names is null && attempt < MaxAttempts)
            {
                version = labels.Version;
                continue;
            }

            var types = await NamesAsync("CALL db.relationshipTypes()", version ?? 0, ct);
            var keys = await NamesAsync("CALL db.propertyKeys()", version ?? 0, ct);
            if (labels.Names is not null && types.Names is not null && keys.Names is not null)
            {
                return _schema = new GraphSchema(version ?? 0, labels.Names, types.Names, keys.Names);
            }

            if (attempt >= MaxAttempts)
            {
                throw new FalkorDbException(FalkorDbError.Busy, "The graph's schema changes faster than it can be read.");
            }

            version = types.Names is null ? types.Version : keys.Version;
        }
    }

    private async Task<(string[]? Names, long Version)> NamesAsync(string call, long version, CancellationToken ct)
    {
        string[] words = ["GRAPH.RO_QUERY", Name, "--compact", "version", version.ToString(CultureInfo.InvariantCulture)];
        var reply = await _client.ExecuteAsync(words, CypherWriter.Write(call, null), call, _client.Options.DefaultTimeout, _client.Options.MaxReplyBytes, ct);
        if (CompactReply.IsVersionMismatch(reply, out var current))
        {
            return (null, current);
        }

        var rows = CompactReply.Decode(reply, GraphSchema.Empty).Rows;
        var names = new string[rows.Count];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = (string)rows[i][0]!;
        }

        return (names, version);
    }

    private async Task<IReadOnlyList<string>> PlanAsync(
        string[] words, string cypher, IReadOnlyDictionary<string, object?>? parameters, TimeSpan timeout, CancellationToken ct)
    {
        var reply = await _client.ExecuteAsync(words, CypherWriter.Write(cypher, parameters), null, timeout, 1024 * 1024, ct);
        return Array.ConvertAll(reply.OrThrow().Items, i => i.Text);
    }
}
