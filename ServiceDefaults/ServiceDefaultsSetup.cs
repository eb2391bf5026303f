using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Platform.ServiceDefaults;

/// <summary>What every service behind the gateway has.</summary>
public static class ServiceDefaultsSetup
{
    /// <summary>The largest body of an ordinary request; imports and bulk endpoints raise it for themselves.</summary>
    public const long MaxBodyBytes = 1024 * 1024;

    /// <summary>
    /// Adds telemetry, health, JSON conventions, internal authentication, validators of the calling assembly and the
    /// OpenAPI documents.
    /// </summary>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder, string serviceName)
    {
        var assembly = Assembly.GetCallingAssembly();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.AddTelemetry(serviceName);
        builder.AddManagementPort();
        builder.AddHealth();
        builder.AddGuardedHttp();
        builder.AddInternalAuthentication(serviceName);
        builder.AddOpenApiDocuments();
        builder.Services.ConfigureHttpJsonOptions(o => Json.Configure(o.SerializerOptions));
        builder.Services.Configure<KestrelServerOptions>(o =>
        {
            o.AddServerHeader = false;
            o.Limits.MaxRequestBodySize = MaxBodyBytes;
        });
        builder.AddValidators(assembly);
        return builder;
    }

    /// <summary>The middleware of every service, in order.</summary>
    public static WebApplication UseServiceDefaults(this WebApplication app)
    {
        app.UseHttpSpanTags();
        app.UseRequestId();
        app.UseFaults();
        app.UseRequestAudit();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseIdempotency();
        return app;
    }

    /// <summary>The endpoints of every service: health and the API description.</summary>
    public static WebApplication MapServiceDefaults(this WebApplication app)
    {
        app.MapHealth();
        app.MapMetrics();
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        return app;
    }
}
