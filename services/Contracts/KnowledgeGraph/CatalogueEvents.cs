using System.Text.Json;

namespace Platform.Contracts.KnowledgeGraph;

/// <summary>Items of the catalogue came in or changed: at most 500 in a message.</summary>
public sealed record ItemsUpserted(IReadOnlyList<CatalogueItem> Items) : IIntegrationEvent;

/// <summary>An item as it is now.</summary>
/// <param name="Id">The customer's own id.</param>
/// <param name="Type">What it is, such as <c>article</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Description">More about it.</param>
/// <param name="Tags">Words that it is found under.</param>
/// <param name="Attributes">Texts, numbers and booleans.</param>
public sealed record CatalogueItem(
    string Id, string Type, string? Name, string? Description, IReadOnlyList<string> Tags, IReadOnlyDictionary<string, JsonElement> Attributes);

/// <summary>Items left the catalogue, with what was told of them.</summary>
public sealed record ItemsRemoved(IReadOnlyList<string> ItemIds) : IIntegrationEvent;

/// <summary>Users did something with items: at most 1,000 in a message. What was told before is not told again.</summary>
public sealed record InteractionsTracked(IReadOnlyList<TrackedInteraction> Interactions) : IIntegrationEvent;

/// <summary>A user did something with an item.</summary>
/// <param name="UserId">The customer's id of the user.</param>
/// <param name="ItemId">An item of the catalogue or a threat object; it need not be known.</param>
/// <param name="Type">What was done, such as <c>view</c>.</param>
/// <param name="Weight">How much it says, below 0 against the item.</param>
/// <param name="Timestamp">When.</param>
public sealed record TrackedInteraction(string UserId, string ItemId, string Type, double Weight, DateTimeOffset Timestamp);
