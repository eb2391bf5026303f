using System.Globalization;
using FluentValidation;
using Platform.KnowledgeGraph.Paths;
using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Actors;

/// <summary>A question for what changed between two dates.</summary>
/// <param name="From">The first moment.</param>
/// <param name="Until">The last moment.</param>
/// <param name="Ids">Only these nodes (at most 50) and their relationships; everything where none is named.</param>
/// <param name="Limit">At most this many entries, 1–1,000.</param>
internal sealed record TimelineRequest(DateTimeOffset? From = null, DateTimeOffset? Until = null, IReadOnlyList<string>? Ids = null, int Limit = 100);

/// <summary>What happened, oldest first.</summary>
/// <param name="Items">The entries.</param>
/// <param name="Truncated">True where there are more than the limit: ask again from the last entry's moment.</param>
internal sealed record TimelineAnswer(IReadOnlyList<TimelineEntry> Items, bool Truncated);

/// <summary>One moment of one node or relationship.</summary>
/// <param name="At">When.</param>
/// <param name="What">Which of its times it is: <c>created</c>, <c>modified</c>, <c>first_seen</c>, <c>start_time</c>, <c>valid_from</c> …</param>
/// <param name="Node">The node it is of, or</param>
/// <param name="Relationship">the relationship.</param>
internal sealed record TimelineEntry(DateTimeOffset At, string What, GraphNode? Node, GraphRelationship? Relationship);

internal sealed class TimelineRequestValidator : AbstractValidator<TimelineRequest>
{
    public TimelineRequestValidator()
    {
        RuleFor(r => r.Ids).Must(ids => ids is null || (ids.Count <= 50 && ids.All(NodeIds.IsValid))).WithMessage("must be at most 50 ids of nodes");
        RuleFor(r => r.Limit).InclusiveBetween(1, 1000).WithMessage("must be a whole number from 1 to 1000");
        RuleFor(r => r.Until).Must((r, until) => until is null || r.From is null || until >= r.From).WithMessage("must not be before from");
    }
}

/// <summary>
/// Reads the times that objects and relationships carry themselves. The graph holds the newest version of each: of several
/// modifications, the last one shows.
/// </summary>
internal sealed class ReadTimeline(CallerGraph graph)
{
    private static readonly string[] NodeTimes = ["created", "modified", "published", "first_seen", "last_seen", "valid_from", "valid_until", "first_observed", "last_observed"];
    private static readonly string[] EdgeTimes = ["created", "modified", "start_time", "stop_time", "first_seen", "last_seen"];

    public async Task<TimelineAnswer> RunAsync(TimelineRequest request, CancellationToken ct)
    {
        var any = request.Ids is not { Count: > 0 };
        var nodes = await ReadAsync(any ? $"MATCH (x:{Vocabulary.AnyObject})" : $"UNWIND $ids AS id MATCH (x:{Vocabulary.AnyObject} {{id: id}})", NodeTimes, request, ct);
        var edges = await ReadAsync(
            any ? $"MATCH (:{Vocabulary.AnyObject})-[x]->()" : $"UNWIND $ids AS id MATCH (:{Vocabulary.AnyObject} {{id: id}})-[x]-()", EdgeTimes, request, ct);
        var items = nodes.Concat(edges)
            .OrderBy(i => i.At).ThenBy(i => i.Node?.Id ?? i.Relationship!.Id, StringComparer.Ordinal).ThenBy(i => i.What, StringComparer.Ordinal)
            .Take(request.Limit + 1).ToList();
        return new TimelineAnswer([.. items.Take(request.Limit)], items.Count > request.Limit);
    }

    /// <summary>Every time within the window is a row of its own, so that the limit counts entries.</summary>
    private async Task<IEnumerable<TimelineEntry>> ReadAsync(string match, string[] times, TimelineRequest request, CancellationToken ct)
    {
        var known = string.Join(", ", times.Select(t => $"{{k: '{t}', v: toStringOrNull(x.{t})}}"));
        var rows = await graph.ReadAsync(
            $"{match} WITH DISTINCT x UNWIND [{known}] AS t WITH x, t WHERE t.v IS NOT NULL AND left(t.v, 19) >= $from AND left(t.v, 19) <= $until "
            + "RETURN t.v, t.k, x ORDER BY t.v, x.id, t.k LIMIT $limit",
            new Dictionary<string, object?>
            {
                ["ids"] = request.Ids,
                ["from"] = RelationshipFilter.Second(request.From ?? DateTimeOffset.UnixEpoch),
                ["until"] = RelationshipFilter.Second(request.Until ?? new DateTimeOffset(9999, 12, 31, 23, 59, 59, TimeSpan.Zero)),
                ["limit"] = request.Limit + 1,
            },
            ct);
        return rows.Rows
            .Where(r => DateTimeOffset.TryParse(r[0] as string, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _))
            .Select(r => new TimelineEntry(
                DateTimeOffset.Parse((string)r[0]!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUniversalTime(),
                (string)r[1]!,
                r[2] as GraphNode,
                r[2] as GraphRelationship));
    }
}
