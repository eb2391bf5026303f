using System.Text.Json;
using Platform.Contracts;

namespace Platform.ThreatIntel.Objects;

internal enum MergeOutcome
{
    Created,
    Updated,

    /// <summary>An older version than the stored one: kept in the history, the object stays as it is.</summary>
    Archived,
    Unchanged,

    /// <summary>Its level is above the writer's clearance.</summary>
    AboveClearance,

    /// <summary>The same source names the same version of the object with different content.</summary>
    Conflict,
}

/// <summary>What is to be written: the object, and from which level another row of it is seen.</summary>
internal sealed record PlannedWrite(IncomingObject Object, DateTimeOffset Modified, short ShadowedFrom, bool IsCurrent, DateTimeOffset CreatedAt);

/// <summary>
/// Decides, object by object, what a batch changes. Pure: what is stored comes in, what is to be written comes out.
/// The writer sees rows up to their clearance and decides by these alone, so that the outcome tells nothing about what
/// is hidden from them.
/// </summary>
internal sealed class MergePlan(Writer writer, DateTimeOffset now, ILookup<string, StoredObject> stored)
{
    private readonly TlpLevel _clearance = writer.Clearance;

    private readonly Dictionary<string, State> _states = [];
    private readonly Dictionary<(string Id, TlpLevel Tlp), PlannedWrite> _current = [];
    private readonly HashSet<(string Id, TlpLevel Tlp)> _removals = [];

    /// <summary>Hashes of versions that the writer may know, by id: for objects that differ from what is stored.</summary>
    public ILookup<string, Guid> KnownVersions { get; init; } = Array.Empty<string>().ToLookup(id => id, _ => Guid.Empty);

    /// <summary>The stored bytes of objects whose version equals the incoming one.</summary>
    public IReadOnlyDictionary<string, byte[]> StoredRaw { get; init; } = new Dictionary<string, byte[]>();

    /// <summary>New current rows, one an object at most.</summary>
    public IEnumerable<PlannedWrite> Current => _current.Values;

    /// <summary>Versions for the history alone: older ones, and those overtaken within the batch.</summary>
    public List<PlannedWrite> History { get; } = [];

    /// <summary>Rows that another row takes the place of.</summary>
    public IReadOnlyCollection<(string Id, TlpLevel Tlp)> Removals => _removals;

    /// <summary>Whether deciding on this object needs <see cref="KnownVersions"/>, and its stored bytes as well.</summary>
    public (bool Versions, bool Bytes) Needs(IncomingObject item)
    {
        var current = Visible(stored[item.StixId]);
        return current is null || current.ContentHash == item.ContentHash
            ? (false, false)
            : (true, item.Modified is null || item.Modified == current.Modified);
    }

    public MergeOutcome Add(IncomingObject item)
    {
        if (item.Tlp > _clearance)
        {
            return MergeOutcome.AboveClearance;
        }

        if (!_states.TryGetValue(item.StixId, out var state))
        {
            state = new State([.. stored[item.StixId]]);
            state.Current = Visible(state.Rows);
            _states.Add(item.StixId, state);
        }

        var outcome = Decide(state, item);
        state.Seen = true;
        switch (outcome)
        {
            case MergeOutcome.Created or MergeOutcome.Updated:
                Write(state, item);
                break;
            case MergeOutcome.Archived:
                History.Add(new PlannedWrite(item, item.Modified ?? now, Marking.NotShadowed, false, now));
                break;
        }

        return outcome;
    }

    private MergeOutcome Decide(State state, IncomingObject item)
    {
        if (state.Current is not { } current)
        {
            return MergeOutcome.Created;
        }

        if (current.ContentHash == item.ContentHash)
        {
            return current.Tlp == item.Tlp ? MergeOutcome.Unchanged : MergeOutcome.Updated;
        }

        if (item.Modified > current.Modified)
        {
            return MergeOutcome.Updated;
        }

        if (KnownVersions[item.StixId].Contains(item.ContentHash))
        {
            return MergeOutcome.Unchanged;
        }

        if (item.Modified < current.Modified)
        {
            return MergeOutcome.Archived;
        }

        // Publishers correct objects without a new "modified"; the later import counts. Within one bundle it is a
        // contradiction, and another formatting of the same JSON is no change at all.
        return SameValue(state, item) ? MergeOutcome.Unchanged
            : state.Seen || writer.SeenBefore(item.StixId) || (writer.ImportId is not null && current.ImportId == writer.ImportId) ? MergeOutcome.Conflict
            : MergeOutcome.Updated;
    }

    private bool SameValue(State state, IncomingObject item)
    {
        var raw = state.Raw ?? StoredRaw.GetValueOrDefault(item.StixId);
        if (raw is null)
        {
            return false;
        }

        using var left = JsonDocument.Parse(raw, ParseOptions);
        using var right = JsonDocument.Parse(item.Raw, ParseOptions);
        return JsonElement.DeepEquals(left.RootElement, right.RootElement);
    }

    private void Write(State state, IncomingObject item)
    {
        var modified = item.Modified ?? now;
        var kept = new List<StoredObject>();
        foreach (var row in state.Rows)
        {
            // What the writer cannot see stays beside theirs while it is the newer version.
            var isHidden = row.Tlp > _clearance && (item.Modified is null || row.Modified >= modified);
            if (isHidden)
            {
                kept.Add(row);
            }
            else if (row.Tlp != item.Tlp)
            {
                _removals.Add((row.StixId, row.Tlp));
            }
        }

        if (state.Planned is { } earlier)
        {
            // Two versions in one batch: the first one is history before it was ever current.
            _current.Remove((item.StixId, earlier.Object.Tlp));
            History.Add(earlier with { IsCurrent = false });
        }

        var shadowedFrom = kept.Count == 0 ? Marking.NotShadowed : (short)kept.Min(row => row.Tlp);
        var createdAt = state.Current?.CreatedAt ?? now;
        state.Planned = new PlannedWrite(item, modified, shadowedFrom, true, createdAt);
        state.Raw = item.Raw;
        state.Current = new StoredObject(item.StixId, item.Tlp, shadowedFrom, modified, item.ContentHash, 0, writer.ImportId, createdAt);
        _current[(item.StixId, item.Tlp)] = state.Planned;
        _removals.Remove((item.StixId, item.Tlp));
    }

    private StoredObject? Visible(IEnumerable<StoredObject> rows)
    {
        foreach (var row in rows)
        {
            if (row.Tlp <= _clearance && row.ShadowedFrom > (short)_clearance)
            {
                return row;
            }
        }

        return null;
    }

    private static readonly JsonDocumentOptions ParseOptions = new() { MaxDepth = 256 };

    private sealed class State(List<StoredObject> rows)
    {
        public List<StoredObject> Rows { get; } = rows;

        public StoredObject? Current { get; set; }

        public PlannedWrite? Planned { get; set; }

        public byte[]? Raw { get; set; }

        public bool Seen { get; set; }
    }
}
