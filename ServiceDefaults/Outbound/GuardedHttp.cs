using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.ServiceDefaults.Outbound;

namespace Platform.ServiceDefaults;

/// <summary>
/// The one way to call an address that a user gives: feeds, webhooks, model providers, alert targets. Breaking a rule
/// is an <see cref="OutboundRefusedException"/>. Read large answers with
/// <see cref="HttpCompletionOption.ResponseHeadersRead"/>; the limits hold for the stream too.
/// </summary>
/// <remarks>
/// No proxy, no cookies, no trace headers. The address is checked when a connection is made, so checking a URL when it
/// is saved (for an early message) can be left out without harm.
/// </remarks>
public sealed class GuardedHttp(IHttpClientFactory clients)
{
    /// <summary>Name of the client in <see cref="IHttpClientFactory"/>.</summary>
    public const string ClientName = "guarded";

    private static readonly HttpRequestOptionsKey<TimeSpan> TimeoutKey = new("Platform.Guarded.Timeout");
    private static readonly HttpRequestOptionsKey<long> MaxBytesKey = new("Platform.Guarded.MaxBytes");

    /// <summary>A client over the shared connections; cheap to create.</summary>
    public HttpClient CreateClient() => clients.CreateClient(ClientName);

    /// <summary>Other limits than the operator's defaults for one request.</summary>
    public static void Limit(HttpRequestMessage request, TimeSpan? timeout = null, long? maxBytes = null)
    {
        if (timeout is { } time)
        {
            request.Options.Set(TimeoutKey, time);
        }

        if (maxBytes is { } bytes)
        {
            request.Options.Set(MaxBytesKey, bytes);
        }
    }

    internal static TimeSpan? TimeoutOf(HttpRequestMessage request) => request.Options.TryGetValue(TimeoutKey, out var time) ? time : null;

    internal static long? MaxBytesOf(HttpRequestMessage request) => request.Options.TryGetValue(MaxBytesKey, out var bytes) ? bytes : null;
}

/// <summary>Registration of <see cref="GuardedHttp"/>.</summary>
public static class GuardedHttpSetup
{
    /// <summary>Adds the client; its options are <see cref="OutboundOptions"/>.</summary>
    public static IHostApplicationBuilder AddGuardedHttp(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<OutboundOptions>()
            .BindConfiguration("Outbound")
            .Validate(o => o.Networks() is not null, "Outbound:AllowedNetworks holds something that is not a network in CIDR notation such as 10.20.0.0/16.")
            .Validate(o => o.MaxResponseBytes > 0, "Outbound:MaxResponseBytes must be above 0.")
            .Validate(o => o.Timeout > TimeSpan.Zero && o.Timeout <= TimeSpan.FromHours(1), "Outbound:Timeout must be between 0 and 1 hour.")
            .Validate(o => o.ConnectTimeout > TimeSpan.Zero && o.ConnectTimeout <= TimeSpan.FromMinutes(1), "Outbound:ConnectTimeout must be between 0 and 1 minute.")
            .Validate(o => o.MaxRedirects is >= 0 and <= 10, "Outbound:MaxRedirects must be between 0 and 10.")
            .ValidateOnStart();
        services.TryAddSingleton<GuardedHttp>();
        services.TryAddSingleton<HostResolver>(static (host, cancellationToken) => Dns.GetHostAddressesAsync(host, cancellationToken));
        services.TryAddSingleton(provider => new GuardedConnector(
            new AddressRules(provider.GetRequiredService<IOptions<OutboundOptions>>().Value.Networks()!),
            provider.GetRequiredService<HostResolver>(),
            provider.GetRequiredService<ILogger<GuardedConnector>>()));
        services.TryAddTransient<GuardedHandler>();
        services.AddHttpClient(GuardedHttp.ClientName)
            // The handler keeps the time, up to the last byte.
            .ConfigureHttpClient(client => client.Timeout = Timeout.InfiniteTimeSpan)
            .UseSocketsHttpHandler((handler, provider) =>
            {
                handler.ConnectCallback = provider.GetRequiredService<GuardedConnector>().ConnectAsync;
                handler.ConnectTimeout = provider.GetRequiredService<IOptions<OutboundOptions>>().Value.ConnectTimeout;
                handler.MaxConnectionsPerServer = 8;
                handler.PooledConnectionLifetime = TimeSpan.FromMinutes(1);
                handler.PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15);
                handler.AutomaticDecompression = DecompressionMethods.All;
                handler.AllowAutoRedirect = false;
                handler.UseCookies = false;
                // A proxy would resolve the name itself.
                handler.UseProxy = false;
                // Its span would hold the URL; the guarded handler makes one without it.
                handler.ActivityHeadersPropagator = null;
                handler.MeterFactory = new UnheardMeters();
            })
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .AddHttpMessageHandler<GuardedHandler>()
            .RemoveAllLoggers();
        return builder;
    }
}
