using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Platform.Contracts;
using Platform.Gateway.Authentication;
using Platform.Gateway.Pipeline;
using Platform.Gateway.Proxy;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Streaming;

/// <summary>What happens in a tenant, as it happens: as server-sent events and over a WebSocket.</summary>
internal static class StreamEndpoints
{
    private const string FilterPrefix = "filter.";
    private const int MostFilters = 10;
    private const int MostValues = 100;

    private static readonly RouteRules Events = OwnApi.Authenticated with { Streams = true };
    private static readonly RouteRules Socket = new() { Streams = true, Compress = false, Anonymous = true, CredentialIfSent = true };

    public static void MapStreams(this WebApplication app)
    {
        app.MapGet("/api/v2/stream", SendEventsAsync).WithRules(Events);
        // The middleware stands before this endpoint alone, so that no other request pays for it.
        var sockets = ((IEndpointRouteBuilder)app).CreateApplicationBuilder();
        sockets.UseWebSockets();
        sockets.Run(AcceptAsync);
        app.MapGet("/ws", sockets.Build()).WithRules(Socket);
    }

    private static async Task SendEventsAsync(HttpContext context, StreamHub hub, StreamLog log)
    {
        var caller = GatewayRequest.Of(context).Credential!;
        var (interest, since, fault) = Read(context.Request, caller);
        if (fault is not null)
        {
            await FaultWriter.WriteAsync(context, fault);
            return;
        }

        var listener = new Listener(caller, interest!, context.Abort);
        if (await hub.JoinAsync(listener, context.RequestAborted) is not { } joined)
        {
            await FaultWriter.WriteAsync(context, Away);
            return;
        }

        try
        {
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-cache";
            context.Response.Headers["X-Accel-Buffering"] = "no";
            var events = new EventWriter(context.Response.BodyWriter);
            await new StreamWriter(listener, log, events.WriteAsync, events.NoticeAsync, events.FlushAsync).RunAsync(joined.Last, since, context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
        }
        finally
        {
            await hub.LeaveAsync(listener, CancellationToken.None);
        }
    }

    private static Fault Away { get; } = new(ErrorCodes.ServiceUnavailable, "The stream of events cannot be told right now.", RetryAfter: TimeSpan.FromSeconds(2));

    private static (Interest? Interest, long? Since, Fault? Fault) Read(HttpRequest request, Credential caller)
    {
        var errors = new Dictionary<string, string[]>();
        var topics = request.Query["topics"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToHashSet(StringComparer.Ordinal);
        if (request.Query["topics"].Count == 0)
        {
            topics = [.. StreamTopics.Permissions.Where(t => caller.Caller.Permissions.Allows(t.Value)).Select(t => t.Key)];
        }

        if (CheckTopics(topics, caller) is { } fault)
        {
            if (fault.Errors is null)
            {
                return (null, null, fault);
            }

            errors["topics"] = fault.Errors["topics"];
        }

        var filter = new Dictionary<string, IReadOnlySet<string>>(StringComparer.Ordinal);
        foreach (var (name, values) in request.Query)
        {
            if (name.StartsWith(FilterPrefix, StringComparison.Ordinal))
            {
                filter[name[FilterPrefix.Length..]] = values.OfType<string>().ToHashSet(StringComparer.Ordinal);
            }
            else if (name is not ("topics" or "since"))
            {
                errors[name] = ["is not a known parameter"];
            }
        }

        if (CheckFilter(filter) is { } wrong)
        {
            errors["filter"] = [wrong];
        }

        var asked = request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } last ? last : request.Query["since"].ToString();
        long? since = null;
        if (asked.Length > 0)
        {
            if (long.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                since = number;
            }
            else
            {
                errors["since"] = ["must be the number of an event"];
            }
        }

        return errors.Count > 0 ? (null, null, Faults.ValidationFault(errors)) : (new Interest(caller.Caller.Clearance, topics, filter), since, null);
    }

    /// <summary>Null when the caller may listen to all of them.</summary>
    public static Fault? CheckTopics(IReadOnlySet<string> topics, Credential caller)
    {
        if (topics.Count == 0 || topics.Any(t => !StreamTopics.Permissions.ContainsKey(t)))
        {
            return Faults.ValidationFault("topics", $"must be some of {string.Join(", ", StreamTopics.Permissions.Keys.Order(StringComparer.Ordinal))}");
        }

        return topics.FirstOrDefault(t => !caller.Caller.Permissions.Allows(StreamTopics.Permissions[t])) is { } closed
            ? new Fault(ErrorCodes.InsufficientPermissions, $"You may not listen to {closed}.")
            : null;
    }

    /// <summary>Null when it is small enough.</summary>
    public static string? CheckFilter(Dictionary<string, IReadOnlySet<string>> filter) =>
        filter.Count > MostFilters || filter.Values.Any(v => v.Count > MostValues) ? $"must be at most {MostFilters} fields with {MostValues} values each" : null;

    private static async Task AcceptAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await FaultWriter.WriteAsync(context, new Fault(ErrorCodes.MalformedRequest, "This address speaks WebSocket only; /api/v2/stream tells the same as an event stream."));
            return;
        }

        if (PageOrigins.Refusal(context) is { } fault)
        {
            await FaultWriter.WriteAsync(context, fault);
            return;
        }

        await context.RequestServices.GetRequiredService<SocketSession>().RunAsync(context);
    }
}
