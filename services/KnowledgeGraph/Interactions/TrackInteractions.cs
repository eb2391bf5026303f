using FluentValidation;
using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.Contracts.KnowledgeGraph;
using Platform.KnowledgeGraph.Items;
using Platform.KnowledgeGraph.Pipeline;
using Platform.KnowledgeGraph.Recommendations;
using Platform.KnowledgeGraph.Repeats;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Interactions;

/// <summary>What users did: one interaction, or up to 1,000 under <c>interactions</c>.</summary>
/// <param name="UserId">Who; your own id of the user.</param>
/// <param name="ItemId">With what: an item of the catalogue or a threat object. One that is not known (yet) counts once it is.</param>
/// <param name="Type">What was done, such as <c>view</c>, <c>like</c> or <c>dismiss</c>.</param>
/// <param name="Weight">How much it says, -100 to 100; by the type where not given. Below 0 it speaks against the item.</param>
/// <param name="Timestamp">When; now where not given.</param>
/// <param name="Interactions">Several at once, instead of the fields above.</param>
internal sealed record TrackInteractions(
    string? UserId = null, string? ItemId = null, string? Type = null, double? Weight = null, DateTimeOffset? Timestamp = null, IReadOnlyList<TrackInteraction>? Interactions = null)
{
    public IReadOnlyList<TrackInteraction> All => Interactions ?? [new TrackInteraction(UserId!, ItemId!, Type!, Weight, Timestamp)];
}

/// <summary>One of several interactions.</summary>
/// <param name="UserId">Who.</param>
/// <param name="ItemId">With what.</param>
/// <param name="Type">What was done.</param>
/// <param name="Weight">How much it says.</param>
/// <param name="Timestamp">When.</param>
internal sealed record TrackInteraction(string UserId, string ItemId, string Type, double? Weight = null, DateTimeOffset? Timestamp = null);

/// <summary>What became of interactions.</summary>
/// <param name="Accepted">Interactions that are new.</param>
/// <param name="Duplicates">Those told before: same user, item, type and time.</param>
internal sealed record TrackAnswer(int Accepted, int Duplicates);

internal sealed class TrackInteractionsValidator : AbstractValidator<TrackInteractions>
{
    private const int MostAtOnce = 1000;

    public TrackInteractionsValidator(TimeProvider clock)
    {
        RuleFor(t => t.Interactions).Must(i => i is null or { Count: > 0 and <= MostAtOnce }).WithMessage("must be 1 to 1000 interactions");
        RuleFor(t => t.UserId).Null().When(t => t.Interactions is not null).WithMessage("must not stand beside interactions");
        RuleForEach(t => t.Interactions).NotNull().WithMessage("must be an interaction").SetValidator(new TrackInteractionValidator(clock)).When(t => t.Interactions is { Count: <= MostAtOnce });
        When(t => t.Interactions is null, () =>
        {
            RuleFor(t => t.UserId!).MustBeItemOrUserId();
            RuleFor(t => t.ItemId!).MustBeItemOrUserId();
            RuleFor(t => t.Type!).MustBeInteractionType();
            RuleFor(t => t.Weight).MustBeWeight();
            RuleFor(t => t.Timestamp).MustBePast(clock);
        });
    }
}

internal sealed class TrackInteractionValidator : AbstractValidator<TrackInteraction>
{
    public TrackInteractionValidator(TimeProvider clock)
    {
        RuleFor(t => t.UserId).MustBeItemOrUserId();
        RuleFor(t => t.ItemId).MustBeItemOrUserId();
        RuleFor(t => t.Type).MustBeInteractionType();
        RuleFor(t => t.Weight).MustBeWeight();
        RuleFor(t => t.Timestamp).MustBePast(clock);
    }
}

internal static class InteractionRules
{
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    public static IRuleBuilderOptions<T, string> MustBeItemOrUserId<T>(this IRuleBuilder<T, string> rule) =>
        rule.Must(ItemIds.IsValid).WithMessage($"must have 1 to {ItemIds.MaxLength} characters and no control characters");

    public static IRuleBuilderOptions<T, string> MustBeInteractionType<T>(this IRuleBuilder<T, string> rule) =>
        rule.Must(t => t is { Length: > 0 and <= 64 } && t.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.'))
            .WithMessage("must be a word of letters, digits, and . _ -, up to 64 characters");

    public static IRuleBuilderOptions<T, double?> MustBeWeight<T>(this IRuleBuilder<T, double?> rule) =>
        rule.Must(w => w is null or (>= -100 and <= 100 and not 0)).WithMessage("must be a number from -100 to 100, and not 0");

    public static IRuleBuilderOptions<T, DateTimeOffset?> MustBePast<T>(this IRuleBuilder<T, DateTimeOffset?> rule, TimeProvider clock) =>
        rule.Must(t => t is null || (t <= clock.GetUtcNow() + ClockSkew && t >= DateTimeOffset.UnixEpoch)).WithMessage("must be a time after 1970 and not in the future");

    /// <summary>What an interaction says where nobody says how much.</summary>
    public static double WeightOf(string type) => type.ToLowerInvariant() switch
    {
        "dislike" or "dismiss" or "hide" or "skip" => -5,
        "like" or "save" or "share" or "bookmark" or "rate" => 3,
        "purchase" or "subscribe" or "investigate" or "confirm" => 7,
        _ => 1,
    };
}

/// <summary>Notes what users did; the next answer knows of it.</summary>
internal sealed class TrackInteractionsHandler(
    CallContext call, InteractionLog log, TenantMemories memories, CatalogueRelay relay, IOptions<RecommendationOptions> options, Creation creation)
{
    public Task<TrackAnswer> RunAsync(TrackInteractions request, CancellationToken ct) => memories.WriteAsync(
        call.TenantId,
        async (state, next) =>
        {
            var now = creation.At;
            var told = request.All.Select(i => new TrackedInteraction(i.UserId, i.ItemId, i.Type, i.Weight ?? InteractionRules.WeightOf(i.Type), ToMilliseconds(i.Timestamp ?? now)))
                .DistinctBy(i => (i.UserId, i.ItemId, i.Type, i.Timestamp)).ToList();
            var known = await log.KnownAsync(call.TenantId, told, ct);
            var fresh = told.Where((_, n) => !known.Contains(n)).ToList();
            if (state.Memory.Counts.Interactions + fresh.Count > options.Value.MostInteractions)
            {
                throw new FaultException(new Fault(ErrorCodes.QuotaExceeded, $"At most {options.Value.MostInteractions} interactions are kept of a tenant."));
            }

            if (fresh.Count > 0)
            {
                await log.AddAsync(call.TenantId, fresh, OutboxEntry.Of(new InteractionsTracked(fresh), next(), call.Subject, now), ct);
                relay.Wake(call.TenantId);
                foreach (var interaction in fresh)
                {
                    state.Memory.Add(interaction);
                }
            }

            return new TrackAnswer(fresh.Count, request.All.Count - fresh.Count);
        },
        ct);

    private static DateTimeOffset ToMilliseconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());
}
