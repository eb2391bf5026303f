using System.Net;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Local.Dashboard.Api;
using Aspire.Hosting.Local.Dashboard.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Local.Dashboard;

/// <summary>The developers' page, on loopback only, behind the token of its start address.</summary>
internal sealed class DashboardServer(
    DashboardAddress address,
    Orchestrator orchestrator,
    ResourceNotificationService notifications,
    ResourceLoggerService logs,
    ResourceCommandService commands,
    TelemetryStore telemetry) : IHostedService, IAsyncDisposable
{
    private WebApplication? _app;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            _app = Create();
            try
            {
                await _app.StartAsync(cancellationToken);
                return;
            }
            catch (IOException e)
            {
                await _app.DisposeAsync();
                _app = null;
                if (address.IsGiven || attempt == 5)
                {
                    throw new DistributedApplicationException($"The dashboard cannot listen on {address.Url}: {e.Message}", e);
                }

                address.Move();
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => _app?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;

    private WebApplication Create()
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, "");
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 16 * 1024;
            kestrel.ListenLocalhost(address.Url.Port);
        });
        builder.Services.AddSingleton(address);
        builder.Services.AddSingleton(new ResourceViews(orchestrator, notifications));
        builder.Services.AddSingleton(notifications);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(logs);
        builder.Services.AddSingleton(commands);
        builder.Services.AddSingleton(telemetry);
        // The events that a page listens to never end by themselves.
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(1));

        var app = builder.Build();
        app.Use(Protect);
        app.UseDashboardSignIn();
        app.MapDashboardPages();
        app.MapResources();
        app.MapLogs();
        app.MapTraces();
        app.MapMetrics();
        app.MapTelemetry();
        app.MapStream();
        return app;
    }

    private static Task Protect(HttpContext context, RequestDelegate next)
    {
        // A page elsewhere that makes its own name resolve to this machine is not let in (DNS rebinding).
        if (context.Request.Host.Host is not ("localhost" or "127.0.0.1" or "[::1]"))
        {
            context.Response.StatusCode = (int)HttpStatusCode.MisdirectedRequest;
            return Task.CompletedTask;
        }

        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
            + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        return next(context);
    }
}
