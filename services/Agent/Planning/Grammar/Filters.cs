namespace Platform.Agent.Planning;

/// <summary>Which filters a kind can have, and the words for their values.</summary>
internal static class Filters
{
    public static bool Fits(FilterField field, ObjectKind kind) => field switch
    {
        FilterField.Platform => kind is ObjectKind.Technique or ObjectKind.SubTechnique or ObjectKind.Malware or ObjectKind.Tool or ObjectKind.Software or ObjectKind.Analytic,
        FilterField.FirstSeen or FilterField.LastSeen or FilterField.Active => kind is ObjectKind.Campaign,
        FilterField.SubTechnique => kind is ObjectKind.Technique,
        FilterField.Tactic => kind is ObjectKind.Technique or ObjectKind.SubTechnique,
        FilterField.Domain => kind is ObjectKind.Technique or ObjectKind.SubTechnique or ObjectKind.Group or ObjectKind.Malware or ObjectKind.Tool or ObjectKind.Software
            or ObjectKind.Campaign or ObjectKind.Mitigation or ObjectKind.Tactic or ObjectKind.DataSource or ObjectKind.DataComponent
            or ObjectKind.DetectionStrategy or ObjectKind.Analytic,
        _ => true,
    };

    /// <summary>The filter that a phrase names by itself: a platform or a tactic.</summary>
    public static Filter? Value(string phrase) =>
        Lexicon.Platforms.TryGetValue(phrase, out var platform) ? new Filter(FilterField.Platform, platform)
        : Lexicon.Tactics.TryGetValue(phrase, out var tactic) ? new Filter(FilterField.Tactic, tactic)
        : null;
}
