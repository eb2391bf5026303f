using Platform.Contracts;

namespace Platform.ThreatIntel.Objects;

/// <summary>A row that only callers of a certain clearance see.</summary>
internal interface IMarked
{
    Guid TenantId { get; }

    string StixId { get; }

    /// <summary>The level from which the row is seen.</summary>
    TlpLevel Tlp { get; }

    /// <summary>
    /// The level from which another row of the same object is seen instead; <see cref="Marking.NotShadowed"/> when there
    /// is none. Only an object that was written again by somebody who could not see it has more than one row.
    /// </summary>
    short ShadowedFrom { get; }
}

/// <summary>Who sees which row.</summary>
internal static class Marking
{
    public const short NotShadowed = 5;

    /// <summary>What a caller of this clearance sees; everything else does not exist for them.</summary>
    public static IQueryable<T> VisibleTo<T>(this IQueryable<T> rows, TlpLevel clearance)
        where T : class, IMarked
    {
        var level = (short)clearance;
        return rows.Where(row => row.Tlp <= clearance && row.ShadowedFrom > level);
    }
}
