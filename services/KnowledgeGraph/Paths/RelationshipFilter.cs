using System.Globalization;

namespace Platform.KnowledgeGraph.Paths;

/// <summary>Which relationships a walk may take, written as Cypher.</summary>
/// <param name="Types">From the vocabulary; all types where none is named.</param>
/// <param name="Directed">Only from source to target.</param>
/// <param name="From">In force at or after this moment.</param>
/// <param name="Until">In force at or before this moment.</param>
internal sealed record RelationshipFilter(IReadOnlyList<string> Types, bool Directed = false, DateTimeOffset? From = null, DateTimeOffset? Until = null)
{
    /// <summary>The pattern of one step onwards (<paramref name="forward"/>) or back, its relationship named <c>e</c>.</summary>
    public string Arrow(bool forward)
    {
        var types = Types.Count == 0 ? "[e]" : $"[e:{string.Join('|', Types)}]";
        return (Directed, forward) switch
        {
            (false, _) => $"-{types}-",
            (true, true) => $"-{types}->",
            (true, false) => $"<-{types}-",
        };
    }

    /// <summary>
    /// The condition on <c>e</c>, with its leading AND. A relationship is in force from <c>start_time</c>, else <c>first_seen</c>, else
    /// <c>created</c>, to <c>stop_time</c>, else <c>last_seen</c>. Texts are compared to the second, since STIX allows any number of digits
    /// behind it.
    /// </summary>
    public string InForce =>
        (Until is null ? "" : " AND left(coalesce(toStringOrNull(e.start_time), toStringOrNull(e.first_seen), toStringOrNull(e.created), ''), 19) <= $until")
        + (From is null ? "" : " AND left(coalesce(toStringOrNull(e.stop_time), toStringOrNull(e.last_seen), '9999'), 19) >= $from");

    /// <summary>Adds what the condition compares with.</summary>
    public Dictionary<string, object?> With(Dictionary<string, object?> parameters)
    {
        if (From is { } from)
        {
            parameters["from"] = Second(from);
        }

        if (Until is { } until)
        {
            parameters["until"] = Second(until);
        }

        return parameters;
    }

    /// <summary>A moment as STIX writes it, without what is behind the second.</summary>
    public static string Second(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture);
}
