using Platform.Contracts;
using Platform.Contracts.ThreatIntel;

namespace Platform.ThreatIntel.Objects;

/// <summary>Cuts what was written into messages of at most 500 objects and about half a megabyte.</summary>
internal static class EventBatches
{
    private const int MaxObjects = 500;
    private const int MaxBytes = 512 * 1024;

    public static List<IIntegrationEvent> Of(IReadOnlyList<WrittenObject> written)
    {
        var events = new List<IIntegrationEvent>();
        Cut(written, w => w.ObjectEvent, objects => events.Add(new ThreatObjectsUpserted(objects)));
        Cut(written, w => w.RelationshipEvent, edges => events.Add(new RelationshipsUpserted(edges)));
        return events;
    }

    private static void Cut<T>(IReadOnlyList<WrittenObject> written, Func<WrittenObject, T?> pick, Action<IReadOnlyList<T>> close)
        where T : class
    {
        var open = new List<T>();
        var bytes = 0;
        foreach (var item in written)
        {
            if (pick(item) is not { } picked)
            {
                continue;
            }

            // The compressed bytes are about a third of what the event will be.
            var size = item.Version.Raw.Length * 3;
            if (open.Count == MaxObjects || (open.Count > 0 && bytes + size > MaxBytes))
            {
                close(open);
                open = [];
                bytes = 0;
            }

            open.Add(picked);
            bytes += size;
        }

        if (open.Count > 0)
        {
            close(open);
        }
    }
}
