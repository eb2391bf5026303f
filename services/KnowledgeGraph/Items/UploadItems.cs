using System.Text.Json;
using FluentValidation;
using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.Contracts.KnowledgeGraph;
using Platform.KnowledgeGraph.Pipeline;
using Platform.KnowledgeGraph.Recommendations;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Items;

/// <summary>Items to put into the catalogue.</summary>
/// <param name="Items">1 to 10,000; one whose id is there already takes its place.</param>
internal sealed record UploadItems(IReadOnlyList<UploadItem> Items);

/// <summary>One item.</summary>
/// <param name="Id">Your own id, up to 256 characters without a slash; not of the form of a STIX id, which names a threat object.</param>
/// <param name="Type">What it is, such as <c>article</c>; <c>item</c> where not given.</param>
/// <param name="Name">Its name.</param>
/// <param name="Description">More about it.</param>
/// <param name="Tags">Up to 20 words that it is found under, and by which items are alike.</param>
/// <param name="Attributes">Up to 20 texts, numbers and booleans to filter by.</param>
internal sealed record UploadItem(
    string Id, string Type = "item", string? Name = null, string? Description = null, IReadOnlyList<string>? Tags = null, IReadOnlyDictionary<string, JsonElement>? Attributes = null)
{
    public Item ToItem() => new(Id, Type, Name, Description, Tags ?? [], Attributes ?? new Dictionary<string, JsonElement>());
}

/// <summary>What became of an upload.</summary>
/// <param name="Created">Items that are new.</param>
/// <param name="Updated">Items that were there.</param>
internal sealed record UploadAnswer(int Created, int Updated);

internal sealed class UploadItemsValidator : AbstractValidator<UploadItems>
{
    public const int MostItems = 10_000;

    public UploadItemsValidator()
    {
        RuleFor(u => u.Items).Must(i => i is { Count: > 0 and <= MostItems }).WithMessage("must be 1 to 10000 items");
        RuleForEach(u => u.Items).NotNull().WithMessage("must be an item").SetValidator(new UploadItemValidator()).When(u => u.Items is { Count: <= MostItems });
    }
}

internal sealed class UploadItemValidator : AbstractValidator<UploadItem>
{
    private const string Word = "^[a-z0-9][a-z0-9_.-]*$";

    public UploadItemValidator()
    {
        RuleFor(i => i.Id).Must(id => ItemIds.IsValid(id) && !id.Contains('/', StringComparison.Ordinal))
            .WithMessage($"must have 1 to {ItemIds.MaxLength} characters, and neither control characters nor a slash")
            .Must(id => id is null || !ItemIds.IsThreatObject(id)).WithMessage("must not be of the form of a STIX id: threat objects are items already");
        RuleFor(i => i.Type).Must(t => t is { Length: <= 64 } && System.Text.RegularExpressions.Regex.IsMatch(t, Word))
            .WithMessage("must be a word of lower-case letters, digits, and . _ -, up to 64 characters");
        RuleFor(i => i.Name).Must(n => IsText(n, 500)).WithMessage("must have at most 500 characters and not hold U+0000");
        RuleFor(i => i.Description).Must(d => IsText(d, 2000)).WithMessage("must have at most 2000 characters and not hold U+0000");
        RuleFor(i => i.Tags).Must(t => t is null || (t.Count <= 20 && t.All(tag => tag is { Length: > 0 } && IsText(tag, 64)))).WithMessage("must be at most 20 words of up to 64 characters");
        RuleFor(i => i.Attributes).Must(a => a is null || (a.Count <= 20 && a.All(p => Vocabulary.IsIdentifier(p.Key) && IsScalar(p.Value))))
            .WithMessage("must be at most 20 texts (of up to 200 characters), numbers and booleans under names of letters, digits and _");
    }

    private static bool IsText(string? text, int most) => text is null || (text.Length <= most && !text.Contains('\0', StringComparison.Ordinal));

    private static bool IsScalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => IsText(value.GetString(), 200),
        JsonValueKind.Number => value.TryGetDouble(out var number) && double.IsFinite(number) && value.GetRawText().Length <= 50,
        JsonValueKind.True or JsonValueKind.False => true,
        _ => false,
    };
}

/// <summary>Puts items into the tenant's catalogue, and takes one out.</summary>
internal sealed class WriteItems(CallContext call, Catalogue catalogue, TenantMemories memories, CatalogueRelay relay, IOptions<RecommendationOptions> options, TimeProvider clock)
{
    /// <summary>Items of one query and of one event. A call with more is as many of them: sent again, it does the rest.</summary>
    private const int ItemsAtOnce = 500;

    public Task<UploadAnswer> PutAsync(UploadItems upload, CancellationToken ct) => memories.WriteAsync(
        call.TenantId,
        async (state, next) =>
        {
            // Of several under one id, the last one holds.
            var items = new Dictionary<string, Item>(upload.Items.Count);
            foreach (var item in upload.Items)
            {
                items[item.Id] = item.ToItem();
            }

            var created = items.Keys.Count(id => !state.Memory.IsListed(id));
            if (state.Memory.Counts.Listed + created > options.Value.MostItems)
            {
                throw new FaultException(new Fault(ErrorCodes.QuotaExceeded, $"A catalogue has at most {options.Value.MostItems} items."));
            }

            foreach (var part in items.Values.Chunk(ItemsAtOnce))
            {
                var said = new ItemsUpserted(Array.ConvertAll(part, i => i.ToEvent()));
                await catalogue.PutAsync(call.TenantId, part, OutboxEntry.Of(said, next(), call.Subject, clock.GetUtcNow()), ct);
                relay.Wake(call.TenantId);
                foreach (var item in part)
                {
                    state.Memory.Put(item);
                }
            }

            return new UploadAnswer(created, items.Count - created);
        },
        ct);

    /// <summary>Removes an item; the absent is removed already.</summary>
    public Task<FaultResult?> DeleteAsync(string id, HttpRequest request, CancellationToken ct) => memories.WriteAsync(
        call.TenantId,
        async (state, next) =>
        {
            if (await catalogue.FindAsync(call.TenantId, id, ct) is not { } item)
            {
                return null;
            }

            if (!request.IfMatch(item.Version!.Value))
            {
                return Faults.PreconditionFailed();
            }

            await catalogue.RemoveAsync(call.TenantId, id, OutboxEntry.Of(new ItemsRemoved([id]), next(), call.Subject, clock.GetUtcNow()), ct);
            relay.Wake(call.TenantId);
            state.Memory.Remove(id);
            return (FaultResult?)null;
        },
        ct);
}
