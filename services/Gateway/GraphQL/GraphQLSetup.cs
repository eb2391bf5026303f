using Platform.Contracts;
using Platform.Gateway.Pipeline;
using Platform.Gateway.Proxy;
using Platform.Gateway.Streaming;
using Platform.GraphQL;
using Platform.GraphQL.Http;
using Platform.ServiceDefaults;

namespace Platform.Gateway.GraphQL;

/// <summary>GraphQL over all services at <c>/graphql</c>.</summary>
internal static class GraphQLSetup
{
    public const string Path = "/graphql";

    /// <summary>A socket may bring its credential in its first message.</summary>
    private static readonly RouteRules Rules = OwnApi.Authenticated with
    {
        Streams = true,
        OfSockets = new RouteRules { Streams = true, Compress = false, Anonymous = true, CredentialIfSent = true },
    };

    private static readonly Fault NoCredential = new(ErrorCodes.AuthRequired, "Send an access token, an API key or a signature.");

    public static void AddGraphQL(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<GraphQLOptions>().BindConfiguration(GraphQLOptions.Section);
        builder.Services.AddSingleton<CallerScopes>();
        builder.Services.AddSingleton<OperationCharge>();
        builder.Services.AddSingleton<SocketCallers>();
        builder.Services.AddSingleton<SocketUsage>();
        builder.Services.AddSingleton<KeptOperations>();
        builder.Services.AddSingleton(static _ => new GraphQLEngine(PlatformSchema.Build()));
        var seconds = TimeSpan.FromSeconds((builder.Configuration.GetSection(GatewayOptions.Section).Get<GatewayOptions>() ?? new GatewayOptions()).TimeoutSeconds);
        foreach (var service in Upstreams.All)
        {
            // As long as the same request may take on its own; what may be repeated is, once.
            builder.AddServiceClient(CallerApi.ClientOf(service), o =>
            {
                o.Address = Uri.TryCreate(builder.Configuration[$"services:{service}:http:0"], UriKind.Absolute, out var address) ? address : null;
                o.TotalTimeout = seconds;
                o.AttemptTimeout = seconds;
                o.Retries = 1;
            });
        }
    }

    /// <summary>WebSockets of this path alone, so that no other request pays for them.</summary>
    public static void UseGraphQLSockets(this WebApplication app) =>
        app.UseWhen(static context => context.Request.Path == Path, static branch => branch.UseWebSockets());

    public static void MapGraphQL(this WebApplication app)
    {
        var engine = app.Services.GetRequiredService<GraphQLEngine>();
        var scopes = app.Services.GetRequiredService<CallerScopes>();
        var charge = app.Services.GetRequiredService<OperationCharge>();
        var callers = app.Services.GetRequiredService<SocketCallers>();
        var clock = app.Services.GetRequiredService<TimeProvider>();
        var options = new GraphQLHttpOptions
        {
            Scope = scopes.Of,
            Connect = async (socket, payload, ct) => await callers.AdmitAsync(socket, payload, ct) ? scopes.Of(socket.Context) : null,
            Admit = charge.ChargeAsync,
            Kept = app.Services.GetRequiredService<KeptOperations>().Answers,
            AreForCredentials = true,
            Done = app.Services.GetRequiredService<SocketUsage>().Record,
            Page = static context =>
            {
                context.Response.Redirect(GraphiQLPage.Path);
                return Task.CompletedTask;
            },
            Time = clock,
        };
        app.MapGraphQL(Path, engine, options).WithRules(Rules).Add(endpoint => endpoint.RequestDelegate = Guarded(endpoint.RequestDelegate!, clock));
        app.MapGraphiQL(engine.Schema.ToSdl());
    }

    /// <summary>Sockets are for pages that are allowed; a stream does not outlive the credential that it was opened with.</summary>
    private static RequestDelegate Guarded(RequestDelegate next, TimeProvider clock) => async context =>
    {
        var credential = GatewayRequest.Of(context).Credential!;
        if (context.WebSockets.IsWebSocketRequest)
        {
            await (PageOrigins.Refusal(context) is { } strange ? FaultWriter.WriteAsync(context, strange) : next(context));
            return;
        }

        if (credential.Tenant is null)
        {
            // It looked like a socket, and is none.
            await FaultWriter.WriteAsync(context, NoCredential);
            return;
        }

        var left = credential.ExpiresAt - clock.GetUtcNow();
        if (left > SocketCallers.Longest || !context.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase))
        {
            await next(context);
            return;
        }

        await using var timer = clock.CreateTimer(static c => ((HttpContext)c!).Abort(), context, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        await next(context);
    };
}
