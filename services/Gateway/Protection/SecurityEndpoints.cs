using System.Net;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Platform.Gateway.Limits;
using Platform.Gateway.Pipeline;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Protection;

/// <summary>What the protection does and did, for the platform's administrators.</summary>
internal static class SecurityEndpoints
{
    private const string Permission = "manage:platform";
    private const int MostEvents = 500;

    public static void MapSecurity(this IEndpointRouteBuilder api)
    {
        var blocks = api.MapGroup("/security/blocks").WithRules(OwnApi.Authenticated).Requires(Permission);
        blocks.MapGet("", List);
        blocks.MapPost("", CreateAsync);
        blocks.MapDelete("/{id}", RemoveAsync);
        api.MapGet("/security/events", EventsAsync).WithRules(OwnApi.Authenticated).Requires(Permission);
    }

    private static Ok<BlockList> List(HttpResponse response, Blocks blocks)
    {
        response.Headers.CacheControl = "no-store";
        var all = blocks.All();
        return TypedResults.Ok(new BlockList(all, all.Count));
    }

    private static async Task<Results<Created<Block>, FaultResult>> CreateAsync(
        Body<BlockSpec> body, HttpContext context, Blocks blocks, ThreatGuard guard, SecurityEvents events, TimeProvider clock)
    {
        var spec = body.Value;
        IPAddress? address = null;
        if (spec.Address is not null)
        {
            address = LimitPlans.Subject(IPAddress.Parse(spec.Address));
            if (guard.IsAllowed(address))
            {
                return Faults.Conflict("The address is on the allow list.");
            }
        }

        var now = clock.GetUtcNow();
        var by = GatewayRequest.Of(context).Credential!.Caller.Subject;
        var block = new Block(
            address is not null ? Blocks.IdOf(address) : Blocks.IdOf(spec.TenantId!.Value, spec.Subject!), address?.ToString(), address is null ? spec.TenantId : null, address is null ? spec.Subject : null,
            spec.Reason ?? "Set by hand", null, by, now, now.AddSeconds(spec.Seconds ?? 3600));
        await blocks.AddAsync(block, context.RequestAborted);
        events.Add(new SecurityEvent(now, "block_set", block.Address ?? block.Id, null, $"{block.Reason} (by {by})"));
        var version = context.GetApiVersion() == ApiVersion.V2 ? "v2" : "v1";
        return TypedResults.Created($"/api/{version}/security/blocks/{block.Id}", block);
    }

    private static async Task<NoContent> RemoveAsync(string id, HttpContext context, Blocks blocks, ThreatGuard guard, SecurityEvents events, TimeProvider clock)
    {
        if (blocks.Find(id) is { } block)
        {
            await blocks.RemoveAsync(id, context.RequestAborted);
            guard.Forgive(block);
            events.Add(new SecurityEvent(clock.GetUtcNow(), "block_removed", block.Address ?? id, null, $"by {GatewayRequest.Of(context).Credential!.Caller.Subject}"));
        }

        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<EventList>, FaultResult>> EventsAsync(HttpResponse response, SecurityEvents events, CancellationToken ct, int limit = 100)
    {
        response.Headers.CacheControl = "no-store";
        if (limit is < 1 or > MostEvents)
        {
            return Faults.Invalid("limit", $"must be 1 to {MostEvents}");
        }

        return TypedResults.Ok(new EventList(await events.ReadAsync(limit, ct)));
    }

    internal sealed record BlockList(IReadOnlyList<Block> Items, int Total);

    internal sealed record EventList(IReadOnlyList<SecurityEvent> Items);

    /// <summary>An address, or a caller of a tenant.</summary>
    /// <param name="Address">An IP address.</param>
    /// <param name="TenantId">The caller's tenant, with <paramref name="Subject"/>.</param>
    /// <param name="Subject">The caller's id: of a user, a key or a client.</param>
    /// <param name="Seconds">For how long: 1 to 2,592,000; an hour when absent.</param>
    /// <param name="Reason">For the list, at most 500 characters.</param>
    internal sealed record BlockSpec(string? Address, Guid? TenantId, string? Subject, int? Seconds, string? Reason);

    internal sealed class BlockSpecValidator : AbstractValidator<BlockSpec>
    {
        public BlockSpecValidator()
        {
            RuleFor(b => b.Address).Must(a => a is null || IPAddress.TryParse(a, out _)).WithMessage("must be an IP address");
            RuleFor(b => b.Address).Must((b, a) => (a is null) == (b.TenantId is not null && !string.IsNullOrEmpty(b.Subject)))
                .WithMessage("must be given, or else tenant_id and subject");
            RuleFor(b => b.Subject).MaximumLength(200).WithMessage("must be at most 200 characters");
            RuleFor(b => b.Seconds).InclusiveBetween(1, 2_592_000).WithMessage("must be 1 to 2592000");
            RuleFor(b => b.Reason).MaximumLength(500).WithMessage("must be at most 500 characters");
        }
    }
}
