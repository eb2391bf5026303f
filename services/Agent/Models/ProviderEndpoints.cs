using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Agent.Storage;
using Platform.ServiceDefaults;

namespace Platform.Agent.Models;

/// <summary>The model servers of the caller's tenant.</summary>
internal static class ProviderEndpoints
{
    public static IEndpointRouteBuilder MapProviders(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/agent/providers").WithTags("agent");
        group.MapGet("", ListAsync).RequirePermission(Permissions.UseChat).WithSummary("List the model servers")
            .WithDescription("With what this month took. Keys are never shown. Without an enabled one the built-in planner answers.");
        group.MapPut("/{name}", PutAsync).RequirePermission(Permissions.ManageConfig).Audited("model_provider_changed", "model_provider").WithSummary("Set a model server")
            .WithDescription("Any that speaks OpenAI's chat completions. Enabling one disables the others. Without `api_key` the key stays, unless `base_url` changes.");
        group.MapDelete("/{name}", DeleteAsync).RequirePermission(Permissions.ManageConfig).Audited("model_provider_deleted", "model_provider").WithSummary("Remove a model server");
        group.MapPost("/test", TestAsync).RequirePermission(Permissions.ManageConfig).WithSummary("Try a model server")
            .WithDescription("Asks it for one tool call. `name` tries a stored one; otherwise give `base_url` and `model`.");
        return api;
    }

    private static async Task<Ok<ProviderList>> ListAsync(AgentDb db, ModelMeter meter, CancellationToken ct)
    {
        var providers = await db.Providers.AsNoTracking().OrderBy(p => p.Name).ToListAsync(ct);
        return TypedResults.Ok(new ProviderList([.. providers.Select(ProviderResource.From)], await meter.ThisMonthAsync(ct)));
    }

    private static async Task<Results<Ok<ProviderResource>, Created<ProviderResource>, FaultResult>> PutAsync(
        string name, Body<WriteProvider> body, AgentDb db, ProviderVault vault, CallContext call, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        if (name.Length > 100 || name == "test")
        {
            return Faults.Invalid("name", "must be at most 100 characters, and not test");
        }

        var (wanted, now) = (body.Value, clock.GetUtcNow());
        var provider = await db.Providers.FirstOrDefaultAsync(p => p.Name == name, ct);
        var isNew = provider is null;
        if (provider is null)
        {
            db.Providers.Add(provider = new Provider { Id = Guid.CreateVersion7(now), TenantId = call.TenantId, Name = name, CreatedAt = now });
        }
        else if (!http.Request.IfMatch(provider.Version))
        {
            return Faults.PreconditionFailed();
        }

        var baseUrl = ProviderAddress.Normal(wanted.BaseUrl!);
        // A key goes to nobody but the server it was given for.
        provider.ApiKey = provider.BaseUrl == baseUrl ? provider.ApiKey : null;
        (provider.BaseUrl, provider.Model, provider.Enabled, provider.UpdatedAt) = (baseUrl, wanted.Model!, wanted.Enabled, now);
        (provider.InputPrice, provider.OutputPrice, provider.MonthlyTokens) = (wanted.InputPrice, wanted.OutputPrice, wanted.MonthlyTokens);
        provider.Version++;
        if (wanted.ApiKey is { Length: > 0 } key)
        {
            provider.ApiKey = vault.Seal(key, provider);
        }

        if (wanted.Enabled)
        {
            foreach (var other in await db.Providers.Where(p => p.Enabled && p.Name != name).ToListAsync(ct))
            {
                other.Enabled = false;
                other.Version++;
            }
        }

        await db.SaveChangesAsync(ct);
        http.Response.SetETag(provider.Version);
        return isNew ? TypedResults.Created(http.Request.Path, ProviderResource.From(provider)) : TypedResults.Ok(ProviderResource.From(provider));
    }

    private static async Task<NoContent> DeleteAsync(string name, AgentDb db, CancellationToken ct)
    {
        await db.Providers.Where(p => p.Name == name).ExecuteDeleteAsync(ct);
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<ProviderTest>, FaultResult>> TestAsync(
        Body<TestProvider> body, AgentDb db, ProviderVault vault, TryProvider attempt, CancellationToken ct)
    {
        var wanted = body.Value;
        if (wanted.Name is { } name)
        {
            return await db.Providers.AsNoTracking().FirstOrDefaultAsync(p => p.Name == name, ct) is { } provider
                ? TypedResults.Ok(await attempt.RunAsync(() => new ModelAddress(new Uri(provider.BaseUrl), provider.Model, vault.Open(provider)), ct))
                : Faults.NotFound("provider");
        }

        return TypedResults.Ok(await attempt.RunAsync(() => new ModelAddress(new Uri(ProviderAddress.Normal(wanted.BaseUrl!)), wanted.Model!, wanted.ApiKey), ct));
    }
}

/// <summary>The address of a model server.</summary>
internal static class ProviderAddress
{
    public static bool IsGood(string? text) => text is { Length: <= 500 } && Uri.TryCreate(text, UriKind.Absolute, out var url)
        && url.Scheme is "http" or "https" && url.UserInfo.Length == 0 && url.Query.Length == 0 && url.Fragment.Length == 0;

    public static string Normal(string text) => text.TrimEnd('/');
}

/// <summary>A model server as it is to be.</summary>
/// <param name="BaseUrl">Where <c>/chat/completions</c> is appended, such as <c>https://models.example.com/v1</c>.</param>
/// <param name="Model">The model's name there.</param>
/// <param name="ApiKey">Its key; kept sealed, never shown.</param>
/// <param name="Enabled">Whether questions go to it.</param>
/// <param name="InputPrice">What a million tokens of input cost.</param>
/// <param name="OutputPrice">What a million tokens of output cost.</param>
/// <param name="MonthlyTokens">How many tokens a month may be used; no limit without it.</param>
internal sealed record WriteProvider(
    string? BaseUrl, string? Model, string? ApiKey = null, bool Enabled = true, decimal InputPrice = 0, decimal OutputPrice = 0, long? MonthlyTokens = null);

internal sealed class WriteProviderValidator : AbstractValidator<WriteProvider>
{
    public WriteProviderValidator()
    {
        RuleFor(p => p.BaseUrl).Must(ProviderAddress.IsGood).WithMessage("must be an http or https URL without user, query and fragment");
        RuleFor(p => p.Model).Must(m => m is { Length: > 0 and <= 200 } && !m.Contains('\0', StringComparison.Ordinal)).WithMessage("must be 1 to 200 characters");
        RuleFor(p => p.ApiKey).Must(TestProviderValidator.IsKey).WithMessage("must be at most 1,000 visible ASCII characters");
        RuleFor(p => p.InputPrice).InclusiveBetween(0, 1_000_000);
        RuleFor(p => p.OutputPrice).InclusiveBetween(0, 1_000_000);
        RuleFor(p => p.MonthlyTokens).Must(t => t is null or > 0).WithMessage("must be above 0");
    }
}

/// <summary>A model server to try.</summary>
/// <param name="Name">A stored one.</param>
/// <param name="BaseUrl">Where it is, if it is not stored.</param>
/// <param name="Model">The model's name there.</param>
/// <param name="ApiKey">Its key.</param>
internal sealed record TestProvider(string? Name = null, string? BaseUrl = null, string? Model = null, string? ApiKey = null);

internal sealed class TestProviderValidator : AbstractValidator<TestProvider>
{
    public TestProviderValidator()
    {
        RuleFor(p => p.BaseUrl).Must((p, url) => p.Name is not null || ProviderAddress.IsGood(url)).WithMessage("must be an http or https URL without user, query and fragment");
        RuleFor(p => p.Model).Must((p, m) => p.Name is not null || m is { Length: > 0 and <= 200 }).WithMessage("must be 1 to 200 characters");
        RuleFor(p => p.ApiKey).Must(IsKey).WithMessage("must be at most 1,000 visible ASCII characters");
    }

    /// <summary>What may stand in a header.</summary>
    internal static bool IsKey(string? key) => key is null || (key.Length <= 1000 && key.All(c => c is > ' ' and <= '~'));
}

/// <summary>The model servers, and what they took.</summary>
/// <param name="Items">The servers.</param>
/// <param name="Month">This month's use, by model.</param>
internal sealed record ProviderList(IReadOnlyList<ProviderResource> Items, IReadOnlyList<ModelMonth> Month);

/// <summary>A model server. Its key is not shown; <paramref name="HasKey"/> says whether there is one.</summary>
internal sealed record ProviderResource(
    string Name, string BaseUrl, string Model, bool HasKey, bool Enabled, decimal InputPrice, decimal OutputPrice, long? MonthlyTokens, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    internal static ProviderResource From(Provider p) =>
        new(p.Name, p.BaseUrl, p.Model, p.ApiKey is not null, p.Enabled, p.InputPrice, p.OutputPrice, p.MonthlyTokens, p.CreatedAt, p.UpdatedAt);
}

/// <summary>How a try went.</summary>
/// <param name="Ok">Whether the server answered as it must.</param>
/// <param name="CallsTools">Whether it called the tool that it was asked to.</param>
/// <param name="LatencyMs">How long it took.</param>
/// <param name="Error">What went wrong.</param>
internal sealed record ProviderTest(bool Ok, bool CallsTools, double LatencyMs, string? Error);
