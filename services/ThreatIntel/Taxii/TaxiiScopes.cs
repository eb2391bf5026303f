using Microsoft.EntityFrameworkCore;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Storage;

namespace Platform.ThreatIntel.Taxii;

/// <summary>What is in a collection.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Title">Its title.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Alias">Another name under which it is found.</param>
/// <param name="CanRead">Whether anybody can read it.</param>
/// <param name="CanWrite">Whether anybody can add to it.</param>
/// <param name="Level">Objects of this level only.</param>
/// <param name="Types">Objects of these types only.</param>
internal sealed record TaxiiScope(
    Guid Id, string Title, string? Description, string? Alias, bool CanRead, bool CanWrite, TlpLevel? Level = null, string[]? Types = null)
{
    private static readonly string[] MediaTypes = [TaxiiMedia.Stix, "application/stix+json;version=2.0"];

    public TaxiiCollection For(CallContext call) => new(
        Id.ToString(), Title, Description, Alias, CanRead && call.IsAllowed("read:threat_intel"), CanWrite && call.IsAllowed("write:threat_intel"), MediaTypes);
}

/// <summary>
/// The collections of a tenant: everything, one a TLP level, one to write to only, and those that were saved. A level
/// above the caller's clearance has none.
/// </summary>
internal static class TaxiiScopes
{
    // The same in every tenant, since a collection is found under the tenant's API root; random ones, as section 2.1 asks.
    private static readonly string[] LevelIds =
    [
        "c47f5d92-04eb-4692-948c-63b356eec167",
        "3e110a6f-7136-429d-b8c2-14454aa7dc73",
        "7a6e538a-ea4e-45e0-97e2-e21b7d9281ff",
        "d5982d7e-d1f6-46bb-944d-632a3fd7f0f3",
        "1ef115ee-14f5-4ffd-8e8b-2660dc46134d",
    ];

    private static readonly TaxiiScope Everything = new(
        new("d813403e-c115-4d16-9915-d3da504b8152"), "Everything", "All objects that you may see; objects can be added.", "all", CanRead: true, CanWrite: true);

    private static readonly TaxiiScope Inbox = new(
        new("cadc80b8-a038-4171-a1af-967cdb6b625d"), "Inbox", "Objects can be added and not read.", "inbox", CanRead: false, CanWrite: true);

    private static readonly TaxiiScope[] Levels = [.. Enum.GetValues<TlpLevel>().Zip(LevelIds, (level, id) => new TaxiiScope(
        new(id), $"TLP:{level.ToWire().ToUpperInvariant()}", $"Objects of the level {level.ToWire()}.", "tlp-" + level.ToWire().Replace('+', '-'),
        CanRead: true, CanWrite: false, level))];

    public static async Task<IReadOnlyList<TaxiiScope>> AllAsync(ThreatIntelDb db, CallContext call, CancellationToken ct)
    {
        var saved = await db.SavedCollections.AsNoTracking().OrderBy(c => c.Title).ThenBy(c => c.Id).Take(SavedCollection.Most).ToListAsync(ct);
        return [Everything, Inbox, .. Levels.Where(scope => scope.Level <= call.Clearance), .. saved.Select(Of)];
    }

    /// <summary>A collection by id or alias; null where the caller has none.</summary>
    public static async Task<TaxiiScope?> FindAsync(string name, ThreatIntelDb db, CallContext call, CancellationToken ct)
    {
        var isId = Guid.TryParseExact(name, "D", out var id);
        foreach (var scope in (TaxiiScope[])[Everything, Inbox, .. Levels])
        {
            if (isId ? scope.Id == id : scope.Alias == name)
            {
                return scope.Level is null || scope.Level <= call.Clearance ? scope : null;
            }
        }

        return isId && await db.SavedCollections.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct) is { } saved ? Of(saved) : null;
    }

    private static TaxiiScope Of(SavedCollection saved) => new(
        saved.Id, saved.Title, saved.Description, null, CanRead: true, CanWrite: false, saved.Level, saved.Types.Length == 0 ? null : saved.Types);
}
