using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.ServiceDefaults;
using Platform.Tenancy.Storage;

namespace Platform.Tenancy.Configuration;

/// <summary>The platform's settings: everybody signed in may read the public ones, its administrators change them.</summary>
internal static class ConfigurationEndpoints
{
    private const string Manage = "manage:platform";

    private static readonly Sorts<ConfigurationVersion> Order = Sorts<ConfigurationVersion>.By(c => c.Version)
        .Add("version", c => c.Version)
        .Default("version", descending: true);

    public static void MapConfiguration(this IEndpointRouteBuilder api)
    {
        var config = api.MapGroup("/config").WithTags("config");
        config.MapGet("", GetAsync).RequireAuthorization().WithSummary("Read the platform's settings");
        config.MapPut("", PutAsync).RequirePermission(Manage).WithSummary("Change settings; those not given stay");
        config.MapPost("/test-database", TestAsync).RequirePermission(Manage).WithSummary("Try one of the configured stores");
        config.MapGet("/history", ListAsync).RequirePermission(Manage).WithPaging().WithSummary("List the changes of the settings");
        config.MapPost("/rollback/{version:int}", RollBackAsync).RequirePermission(Manage).WithSummary("Bring the settings of an earlier version back");
    }

    private static async Task<Ok<ConfigurationView>> GetAsync(
        ChangeConfiguration configuration, CallContext call, IHostEnvironment host, HttpResponse response, CancellationToken ct) =>
        Show(await configuration.ReadAsync(ct), host, response, call.IsAllowed(Manage));

    private static async Task<Results<Ok<ConfigurationView>, FaultResult>> PutAsync(
        Body<ConfigurationSpec> body, ChangeConfiguration change, IConfiguration configuration, IHostEnvironment host, HttpContext http, CancellationToken ct)
    {
        var current = await change.ReadAsync(ct);
        if (!http.Request.IfMatch(current.Version))
        {
            return Faults.PreconditionFailed();
        }

        var wanted = body.Value.ApplyTo(current.Settings, DataPath.Root(configuration));
        return Show(await change.WriteAsync(current, wanted, null, ct), host, http.Response, isWhole: true);
    }

    private static async Task<Results<Ok<DatabaseTestView>, FaultResult>> TestAsync(OptionalBody<DatabaseQuestion> body, TestDatabase test, CancellationToken ct)
    {
        var name = body.Value?.Name ?? TestDatabase.Own;
        return test.Names.Contains(name, StringComparer.Ordinal)
            ? TypedResults.Ok(await test.RunAsync(name, ct))
            : Faults.Invalid("name", $"must be one of {string.Join(", ", test.Names)}");
    }

    private static async Task<PageResult<ConfigurationHistoryView>> ListAsync(PageRequest page, TenancyDb db, CancellationToken ct) =>
        (await db.ConfigurationVersions.AsNoTracking().ToPageAsync(page, Order, ct)).Select(ConfigurationHistoryView.Of).ToResult();

    private static async Task<Results<Ok<ConfigurationView>, FaultResult>> RollBackAsync(
        int version, ChangeConfiguration change, IHostEnvironment host, HttpContext http, CancellationToken ct)
    {
        var current = await change.ReadAsync(ct);
        if (!http.Request.IfMatch(current.Version))
        {
            return Faults.PreconditionFailed();
        }

        return await change.ReadAsync(version, ct) is { } settings
            ? Show(await change.WriteAsync(current, settings, version, ct), host, http.Response, isWhole: true)
            : Faults.NotFound("version of the settings");
    }

    private static Ok<ConfigurationView> Show(CurrentSettings current, IHostEnvironment host, HttpResponse response, bool isWhole)
    {
        response.SetETag(current.Version);
        return TypedResults.Ok(ConfigurationView.Of(current, host, isWhole));
    }

    /// <summary>Which store to try; Tenancy's own unless given.</summary>
    internal sealed record DatabaseQuestion(string? Name);
}
