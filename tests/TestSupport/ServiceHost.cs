using System.Net.Http.Headers;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.TestSupport;

/// <summary>
/// One service in this process on real stores, called the way the gateway calls it: with internal tokens. Messages of
/// one host are kept from others on the same broker by a prefix.
/// </summary>
/// <typeparam name="TMarker">Any type of the service's assembly.</typeparam>
/// <param name="service">The service's name.</param>
/// <param name="settings">Its configuration.</param>
/// <param name="replace">What of its services the test takes the place of.</param>
public sealed class ServiceHost<TMarker>(string service, IReadOnlyDictionary<string, string?> settings, Action<IServiceCollection>? replace = null)
    : WebApplicationFactory<TMarker>
    where TMarker : class
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Lock _starting = new();
    private IHost? _host;

    /// <summary>The prefix of this host's exchanges and queues.</summary>
    public string MessagePrefix { get; } = settings.GetValueOrDefault("Messaging:Prefix") ?? $"t{Guid.NewGuid():N}"[..9];

    protected override IHost CreateHost(IHostBuilder builder)
    {
        builder.ConfigureHostConfiguration(configuration => configuration.AddInMemoryCollection(new Dictionary<string, string?>(settings)
        {
            ["InternalAuth:Key"] = Convert.ToBase64String(_key),
            ["Messaging:Prefix"] = MessagePrefix,
            ["Logging:LogLevel:Default"] = "Warning",
            // A server in this process has no limit of its own to set, and would say so with every request.
            ["Logging:LogLevel:Microsoft.AspNetCore.Routing"] = "Error",
        }));

        // Of several first callers at once the factory would start a host for each, and stop one.
        lock (_starting)
        {
            return _host ??= base.CreateHost(builder);
        }
    }

    /// <summary>Stops the parts of the host one by one, so that one which hangs is told by its name.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (_host is null)
        {
            // Nobody called it: asking it for anything would start it now.
            await base.DisposeAsync();
            return;
        }

        // The host takes itself apart once it is told to stop: what is asked of it is asked before.
        var parts = _host.Services.GetServices<IHostedService>().Reverse().ToList();

        // Without it the host takes a part that ends for one that failed.
        _host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        foreach (var part in parts)
        {
            using var patience = new CancellationTokenSource(StopPatience);
            try
            {
                await part.StopAsync(patience.Token).WaitAsync(StopPatience);
            }
            catch (ObjectDisposedException)
            {
                // The host was quicker.
            }
            catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
            {
                await Console.Error.WriteLineAsync($"{service}: {part.GetType()} did not stop within {StopPatience}.");
            }
        }

        await base.DisposeAsync();
    }

    /// <summary>The factory would look for the service's folder from wherever the process was started.</summary>
    protected override void ConfigureWebHost(IWebHostBuilder builder) => builder
        .UseEnvironment("Testing").UseContentRoot(AppContext.BaseDirectory).ConfigureTestServices(services => replace?.Invoke(services));

    /// <summary>A client that calls as this caller.</summary>
    /// <param name="caller">Whom the gateway would state.</param>
    /// <param name="isPlain">It follows no redirect and keeps no cookie.</param>
    public HttpClient ClientFor(Caller caller, bool isPlain = false)
    {
        var client = CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = !isPlain, HandleCookies = !isPlain });
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", TokenFor(caller));
        return client;
    }

    /// <summary>A fresh internal token of this service for a caller.</summary>
    public string TokenFor(Caller caller) => InternalTokens.Issue(caller, service, _key, TimeProvider.System.GetUtcNow());

    /// <summary>A user with permissions in a tenant.</summary>
    public static Caller User(Guid tenant, string permissions, TlpLevel clearance = TlpLevel.Red) =>
        new(tenant, Guid.CreateVersion7().ToString(), CallerKind.User, PermissionSet.Parse(permissions), clearance, Guid.CreateVersion7());
}
