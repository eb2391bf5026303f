using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Stix;

namespace Platform.ThreatIntel.Taxii;

/// <summary>Where a page ended: the key of its last object in the order of adding.</summary>
internal readonly record struct TaxiiPosition(DateTimeOffset DateAdded, long Revision)
{
    public string Encode()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, DateAdded.UtcTicks);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], Revision);
        return WebEncoders.Base64UrlEncode(bytes);
    }

    public static bool TryDecode(string text, out TaxiiPosition position)
    {
        position = default;
        Span<byte> bytes = stackalloc byte[16];
        if (text.Length != 22 || System.Buffers.Text.Base64Url.DecodeFromChars(text, bytes, out _, out var written) != System.Buffers.OperationStatus.Done || written != 16)
        {
            return false;
        }

        var ticks = BinaryPrimitives.ReadInt64BigEndian(bytes);
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        position = new TaxiiPosition(new DateTimeOffset(ticks, TimeSpan.Zero), BinaryPrimitives.ReadInt64BigEndian(bytes[8..]));
        return true;
    }
}

/// <summary>The URL parameters that choose objects (section 3.4).</summary>
internal sealed record TaxiiFilter
{
    public const int MaxLimit = 1_000;
    private const int MaxValues = 500;

    public DateTimeOffset? AddedAfter { get; private init; }

    public int Limit { get; private init; } = MaxLimit;

    public TaxiiPosition? Next { get; private init; }

    public string[]? Ids { get; init; }

    public string[]? Types { get; private init; }

    public string[]? SpecVersions { get; private init; }

    public bool First { get; private init; }

    public bool Last { get; private init; }

    public bool All { get; private init; }

    public DateTimeOffset[] Versions { get; private init; } = [];

    /// <summary>Only the latest version of each object: what is asked for without <c>match[version]</c>.</summary>
    public bool IsLatest => Last && !First && !All && Versions.Length == 0;

    /// <summary>Reads the parameters; gives what is wrong with them instead where something is.</summary>
    /// <param name="query">The URL's.</param>
    /// <param name="versionWithout">What an absent <c>match[version]</c> means: <c>last</c>, or <c>all</c> for lists of versions and deletes.</param>
    public static (TaxiiFilter? Filter, string? Fault) Read(IQueryCollection query, string versionWithout = "last")
    {
        var added = query["added_after"];
        DateTimeOffset? after = null;
        if (added.Count > 1 || (added.Count == 1 && (after = Time(added[0])) is null))
        {
            return (null, "added_after must be one time such as 2026-01-31T12:00:00.000000Z.");
        }

        var limit = MaxLimit;
        if (query.TryGetValue("limit", out var limits)
            && (limits.Count != 1 || !int.TryParse(limits[0], NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit < 1))
        {
            return (null, "limit must be a whole number above 0.");
        }

        TaxiiPosition? next = null;
        if (query.TryGetValue("next", out var nexts))
        {
            if (nexts.Count != 1 || !TaxiiPosition.TryDecode(nexts[0]!, out var position))
            {
                return (null, "next must be what an answer of this server gave.");
            }

            next = position;
        }

        var filter = new TaxiiFilter
        {
            AddedAfter = after,
            Limit = Math.Min(limit, MaxLimit),
            Next = next,
            Ids = Values(query, "match[id]"),
            Types = Values(query, "match[type]"),
            SpecVersions = Values(query, "match[spec_version]"),
        };
        return filter.Ids?.Length > MaxValues || filter.Types?.Length > MaxValues
            ? (null, $"A match holds at most {MaxValues} values.")
            : filter.WithVersions(Values(query, "match[version]") ?? [versionWithout]);
    }

    private (TaxiiFilter? Filter, string? Fault) WithVersions(string[] wanted)
    {
        var times = new List<DateTimeOffset>();
        foreach (var value in wanted)
        {
            if (value is "first" or "last" or "all")
            {
                continue;
            }

            if (Time(value) is not { } time)
            {
                return (null, "match[version] must be first, last, all or versions such as 2026-01-31T12:00:00.000Z.");
            }

            times.Add(time);
        }

        return (this with { First = wanted.Contains("first"), Last = wanted.Contains("last"), All = wanted.Contains("all"), Versions = [.. times] }, null);
    }

    private static string[]? Values(IQueryCollection query, string name) => query.TryGetValue(name, out var values)
        ? [.. values.SelectMany(value => value!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Where(value => !value.Contains('\0', StringComparison.Ordinal))]
        : null;

    private static DateTimeOffset? Time(string? text) =>
        text is not null && StixTimestamp.TryParse(Encoding.UTF8.GetBytes(text), out var time) ? time.AddTicks(-(time.Ticks % 10)) : null;
}
