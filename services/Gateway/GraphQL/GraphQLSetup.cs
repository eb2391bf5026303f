using System.Globalization;
using Platform.Gateway.Authentication;
using Platform.Gateway.Pipeline;
using Platform.Gateway.Proxy;
using Platform.GraphQL;
using Platform.GraphQL.Http;
using Platform.ServiceDefaults;

namespace Platform.Gateway.GraphQL;

/// <summary>GraphQL over all services at <c>/graphql</c>.</summary>
internal static partial class GraphQLSetup
{
    public const string Path = "/graphql";

    private static readonly RouteRules Rules = OwnApi.Authenticated with { Streams = true };

    public static void AddGraphQL(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<GraphQLOptions>().BindConfiguration(GraphQLOptions.Section);
        builder.Services.AddSingleton<OperationCharge>();
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
        var clients = app.Services.GetRequiredService<IHttpClientFactory>();
        var tokens = app.Services.GetRequiredService<InternalTokenIssuer>();
        var charge = app.Services.GetRequiredService<OperationCharge>();
        var clock = app.Services.GetRequiredService<TimeProvider>();
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(GraphQLSetup));
        var options = new GraphQLHttpOptions
        {
            Scope = context => ScopeOf(context, clients, tokens, log),
            Admit = charge.ChargeAsync,
            Page = static context =>
            {
                context.Response.Redirect(GraphiQLPage.Path);
                return Task.CompletedTask;
            },
            Time = clock,
        };
        app.MapGraphQL(Path, engine, options).WithRules(Rules).Add(endpoint => endpoint.RequestDelegate = Bounded(endpoint.RequestDelegate!, clock));
        app.MapGraphiQL(engine.Schema.ToSdl());
    }

    private static RequestScope ScopeOf(HttpContext context, IHttpClientFactory clients, InternalTokenIssuer tokens, ILogger log)
    {
        var credential = GatewayRequest.Of(context).Credential!;
        var scope = new RequestScope
        {
            Services = context.RequestServices,
            Permits = credential.Caller.Permissions.Allows,
            Faulted = (exception, field) => LogFaulted(log, exception, field?.Field.Name),
        };
        var api = new CallerApi(clients, tokens, credential, context);
        scope.SetApi(api);
        if (!context.Response.HasStarted)
        {
            // W3C Server-Timing: what the answer took behind the gateway.
            context.Response.OnStarting(() =>
            {
                context.Response.Headers.Append("Server-Timing", string.Create(CultureInfo.InvariantCulture, $"upstream;desc={api.Calls}"));
                return Task.CompletedTask;
            });
        }

        return scope;
    }

    /// <summary>A stream does not outlive the credential that it was opened with.</summary>
    private static RequestDelegate Bounded(RequestDelegate next, TimeProvider clock) => async context =>
    {
        var ends = GatewayRequest.Of(context).Credential!.ExpiresAt;
        var isStream = context.WebSockets.IsWebSocketRequest || context.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase);
        if (!isStream || ends == DateTimeOffset.MaxValue)
        {
            await next(context);
            return;
        }

        var left = ends - clock.GetUtcNow();
        await using var timer = clock.CreateTimer(static c => ((HttpContext)c!).Abort(), context, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        await next(context);
    };

    [LoggerMessage(LogLevel.Error, "The GraphQL field {Field} failed")]
    private static partial void LogFaulted(ILogger logger, Exception exception, string? field);
}
