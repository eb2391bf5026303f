using System.Collections.Concurrent;
using System.Diagnostics;
using FalkorDb.Resp;

namespace FalkorDb;

/// <summary>A client of one FalkorDB server; safe for concurrent use, one for the life of the process.</summary>
public sealed class FalkorDbClient : IDisposable
{
    /// <summary>The name of the spans' source.</summary>
    public const string ActivitySourceName = "FalkorDb";

    /// <summary>The name of the meter.</summary>
    public const string MeterName = "FalkorDb";

    private static readonly ActivitySource Source = new(ActivitySourceName);
    private readonly RespPool _pool;
    private readonly ConcurrentDictionary<string, FalkorDbGraph> _graphs = new();

    public FalkorDbClient(FalkorDbOptions options)
    {
        Options = options;
        _pool = new RespPool(options);
    }

    public FalkorDbOptions Options { get; }

    /// <summary>A graph by its key; it need not exist.</summary>
    public FalkorDbGraph Graph(string name) => _graphs.GetOrAdd(name, static (n, client) => new FalkorDbGraph(client, n), this);

    /// <summary>The names of all graphs.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken ct)
    {
        var reply = await ExecuteAsync(["GRAPH.LIST"], default, null, Options.DefaultTimeout, Options.MaxReplyBytes, ct);
        return Array.ConvertAll(reply.OrThrow().Items, i => i.Text);
    }

    /// <summary>Throws unless the server answers.</summary>
    public async Task PingAsync(CancellationToken ct) =>
        (await ExecuteAsync(["PING"], default, null, Options.ConnectTimeout, 1024, ct)).OrThrow();

    /// <summary>Any command that is not a query, such as <c>INFO memory</c>.</summary>
    public async Task<RespValue> CommandAsync(IReadOnlyList<string> words, CancellationToken ct) =>
        (await ExecuteAsync(words, default, null, Options.DefaultTimeout, Options.MaxReplyBytes, ct)).OrThrow();

    public void Dispose() => _pool.Dispose();

    internal async Task<RespValue> ExecuteAsync(
        IReadOnlyList<string> words, ReadOnlyMemory<byte> body, string? summary, TimeSpan timeout, long maxReplyBytes, CancellationToken ct)
    {
        using var activity = Start(words, summary);
        var started = Stopwatch.GetTimestamp();
        string? error = null;
        try
        {
            var reply = await _pool.ExecuteAsync(words, body, timeout + Options.ReplyGrace, maxReplyBytes, ct);
            error = reply.Kind == RespKind.Error ? FalkorDbException.FromServer(reply.Text).Error.ToString() : null;
            return reply;
        }
        catch (Exception exception)
        {
            error = exception is FalkorDbException known ? known.Error.ToString() : exception.GetType().Name;
            throw;
        }
        finally
        {
            FalkorDbMetrics.Took(Stopwatch.GetElapsedTime(started), words[0], error);
            if (error is not null)
            {
                activity?.SetStatus(ActivityStatusCode.Error);
                activity?.SetTag("error.type", error);
            }
        }
    }

    /// <summary>Spans by OpenTelemetry's conventions for databases; parameter values never appear in them.</summary>
    private Activity? Start(IReadOnlyList<string> words, string? summary)
    {
        var activity = Source.StartActivity(words[0], ActivityKind.Client);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("db.system.name", "falkordb");
            activity.SetTag("db.operation.name", words[0]);
            activity.SetTag("server.address", Options.Host);
            activity.SetTag("server.port", Options.Port);
            if (words.Count > 1)
            {
                activity.SetTag("db.namespace", words[1]);
            }

            if (summary is not null)
            {
                activity.SetTag("db.query.text", summary.Length <= 2048 ? summary : summary[..2048]);
            }
        }

        return activity;
    }
}
