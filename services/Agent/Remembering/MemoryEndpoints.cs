using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Agent.Storage;
using Platform.ServiceDefaults;

namespace Platform.Agent.Remembering;

/// <summary>What the agent keeps in mind for the caller, and for everybody in the tenant.</summary>
internal static class MemoryEndpoints
{
    private static readonly Sorts<Memory> Sorts = Sorts<Memory>.By(m => m.Id)
        .Add("used_at", m => m.UsedAt).Add("created_at", m => m.CreatedAt).Default("used_at", descending: true);

    public static IEndpointRouteBuilder MapMemory(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/agent/memory").WithTags("agent").RequirePermission(Permissions.UseChat);
        group.MapGet("", ListAsync).WithPaging().WithSummary("List what the agent remembers").WithDescription("The caller's own memories and those of the whole tenant.");
        group.MapPost("", AddAsync).WithIdempotency().WithSummary("Have the agent remember something")
            .WithDescription("""
                A `question` with what it `means`, said as a question that the agent can answer: questions of the same shape, about other objects too, are then
                understood. Or `documentation` or a `note`. `shared` memories are everybody's in the tenant and need `manage:config`.
                """);
        group.MapDelete("", ForgetAllAsync).Audited("memory_cleared", "memory").WithSummary("Forget all of your own memories");
        group.MapDelete("/{id:guid}", ForgetAsync).Audited("memory_deleted", "memory").WithSummary("Forget one memory").WithDescription("Idempotent; a shared one needs `manage:config`.");
        group.MapPost("/search", SearchAsync).WithSummary("Search what the agent remembers").WithDescription("By the words that are shared, the rarer and the stronger first.");
        return api;
    }

    private static async Task<PageResult<MemoryResource>> ListAsync(PageRequest page, AgentDb db, TimeProvider clock, CancellationToken ct)
    {
        var rows = await db.ReachableMemories.AsNoTracking().ToPageAsync(page, Sorts, ct);
        var now = clock.GetUtcNow();
        return rows.Select(m => MemoryResource.From(m, now)).ToResult();
    }

    private static async Task<Results<Created<MemoryResource>, FaultResult>> AddAsync(
        Body<NewMemory> body, KeepMemory keep, CallContext call, TimeProvider clock, HttpRequest request, CancellationToken ct)
    {
        if (body.Value.Shared && !call.IsAllowed(Permissions.ManageConfig))
        {
            return Faults.Forbidden();
        }

        var (memory, fault) = await keep.RunAsync(body.Value, ct);
        return fault is null
            ? TypedResults.Created($"{request.Path.Value!.TrimEnd('/')}/{memory!.Id}", MemoryResource.From(memory, clock.GetUtcNow()))
            : fault;
    }

    private static async Task<NoContent> ForgetAllAsync(AgentDb db, CallContext call, CancellationToken ct)
    {
        var owner = call.Subject;
        await db.Memories.Where(m => m.Owner == owner).ExecuteDeleteAsync(ct);
        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, FaultResult>> ForgetAsync(Guid id, AgentDb db, CallContext call, CancellationToken ct)
    {
        var memory = await db.ReachableMemories.FirstOrDefaultAsync(m => m.Id == id, ct);
        if (memory is { Owner: null } && !call.IsAllowed(Permissions.ManageConfig))
        {
            return Faults.Forbidden();
        }

        if (memory is not null)
        {
            db.Remove(memory);
            await db.SaveChangesAsync(ct);
        }

        return TypedResults.NoContent();
    }

    private static async Task<Ok<MemorySearchResult>> SearchAsync(Body<MemoryQuery> body, SearchMemory search, TimeProvider clock, CancellationToken ct)
    {
        var hits = await search.RunAsync(body.Value.Query!, body.Value.Limit ?? 10, ct);
        var now = clock.GetUtcNow();
        return TypedResults.Ok(new MemorySearchResult([.. hits.Select(h => new FoundMemory(h.Score, MemoryResource.From(h.Memory, now)))]));
    }
}

/// <summary>Something to remember.</summary>
/// <param name="Kind"><c>question</c>, <c>documentation</c> or <c>note</c>.</param>
/// <param name="Text">The question as people ask it, or the note itself; up to 4,000 characters.</param>
/// <param name="Means">For a question: the same in words that the agent understands.</param>
/// <param name="Shared">Whether it is everybody's in the tenant.</param>
internal sealed record NewMemory(string? Kind, string? Text, string? Means = null, bool Shared = false);

internal sealed class NewMemoryValidator : AbstractValidator<NewMemory>
{
    public NewMemoryValidator()
    {
        RuleFor(m => m.Kind).Must(k => k is "question" or "documentation" or "note").WithMessage("must be question, documentation or note");
        RuleFor(m => m.Text).Must(IsText).WithMessage("must be 1 to 4,000 characters");
        RuleFor(m => m.Means).Must((m, means) => m.Kind == "question" ? IsText(means) : means is null)
            .WithMessage(m => m.Kind == "question" ? "must be 1 to 4,000 characters" : "is for questions only");
    }

    private static bool IsText(string? text) => !string.IsNullOrWhiteSpace(text) && text.Length <= 4000 && !text.Contains('\0', StringComparison.Ordinal);
}

/// <summary>What to search memories for.</summary>
/// <param name="Query">Any text, up to 1,000 characters.</param>
/// <param name="Limit">How many at most, 1 to 50; 10 unless given.</param>
internal sealed record MemoryQuery(string? Query, int? Limit = null);

internal sealed class MemoryQueryValidator : AbstractValidator<MemoryQuery>
{
    public MemoryQueryValidator()
    {
        RuleFor(q => q.Query).Must(q => !string.IsNullOrWhiteSpace(q) && q.Length <= 1000).WithMessage("must be 1 to 1,000 characters");
        RuleFor(q => q.Limit).Must(l => l is null or (>= 1 and <= 50)).WithMessage("must be between 1 and 50");
    }
}

/// <summary>A memory.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind"><c>question</c>, <c>documentation</c> or <c>note</c>.</param>
/// <param name="Text">The question or the note.</param>
/// <param name="Plan">What the question means.</param>
/// <param name="Shared">Whether it is everybody's in the tenant.</param>
/// <param name="Strength">How much it counts now: 1 when new, more with each use, half after thirty days without.</param>
/// <param name="Uses">How often it helped.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UsedAt">When it helped last.</param>
internal sealed record MemoryResource(
    Guid Id, string Kind, string Text, object? Plan, bool Shared, double Strength, int Uses, DateTimeOffset CreatedAt, DateTimeOffset UsedAt)
{
    internal static MemoryResource From(Memory m, DateTimeOffset now) => new(
        m.Id, m.Kind.ToString().ToLowerInvariant(), m.Text, m.Plan is { } plan ? System.Text.Json.JsonSerializer.SerializeToElement(plan, Json.Options) : null,
        m.Owner is null, Math.Round(Fading.WeightAt(m, now), 3), m.Uses, m.CreatedAt, m.UsedAt);
}

/// <summary>What was found, best first.</summary>
internal sealed record MemorySearchResult(IReadOnlyList<FoundMemory> Results);

/// <summary>A memory and how well it fits.</summary>
internal sealed record FoundMemory(double Score, MemoryResource Memory);
