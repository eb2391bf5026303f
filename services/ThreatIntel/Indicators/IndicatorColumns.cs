using System.Text.Json;
using Platform.ThreatIntel.Objects;
using Stix.Patterns;

namespace Platform.ThreatIntel.Indicators;

/// <summary>Reads the columns of an indicator (STIX 2.1 section 4.7) and the values its pattern names.</summary>
internal static class IndicatorColumns
{
    private const int MaxType = 64;
    private const int MaxValues = 5_000;
    private const string SeverityLabel = "severity:";

    public static (Indicator Row, IReadOnlyList<IndicatorValue> Values) From(JsonElement json, StixObject row)
    {
        var pattern = json.Text("pattern") ?? "";
        var patternType = json.Text("pattern_type", MaxType) ?? "stix";
        var labels = json.Texts("labels");
        var description = json.Text("description");
        var (_, _, source) = json.Reference();
        var createdBy = json.Text("created_by_ref", JsonFields.MaxName);
        var observables = patternType == "stix" ? Values(pattern) : [];
        var indicator = new Indicator
        {
            TenantId = row.TenantId,
            StixId = row.StixId,
            Tlp = row.Tlp,
            ShadowedFrom = row.ShadowedFrom,
            Name = row.Name ?? (observables.Count > 0 ? JsonFields.Clean(observables[0].Value, JsonFields.MaxName) : row.StixId),
            Description = description,
            Pattern = pattern,
            PatternType = patternType,
            IndicatorType = observables.Count > 0 ? observables[0].Type : null,
            Value = observables.Count > 0 ? observables[0].Value : null,
            Severity = Severity(json, labels),
            Confidence = json.Confidence(),
            IndicatorTypes = json.Texts("indicator_types"),
            Labels = labels,
            Phases = json.Phases(),
            Source = source ?? createdBy,
            CreatedByRef = createdBy,
            ValidFrom = json.Time("valid_from") ?? row.Created ?? row.Modified,
            ValidUntil = json.Time("valid_until"),
            ExpiryDue = json.Time("valid_until") is { } until && until > row.UpdatedAt ? until : null,
            Created = row.Created,
            RecordedAt = row.CreatedAt,
            Modified = row.Modified,
            Revoked = row.Revoked,
            Revision = row.Revision,
            SearchText = JsonFields.SearchText(
                row.Name, string.Join('\n', observables.Select(value => value.Value)), string.Join('\n', labels), description),
        };
        return (indicator, [.. observables.Select(value => new IndicatorValue
        {
            TenantId = row.TenantId,
            ValueKey = value.Key,
            StixId = row.StixId,
            Tlp = row.Tlp,
            Type = value.Type,
            Value = value.Value,
        })]);
    }

    /// <summary>What a pattern names, normalised; nothing where it cannot be read, which refuses no import.</summary>
    private static List<Observable> Values(string pattern)
    {
        if (!PatternReader.TryParse(pattern, out var tree, out _))
        {
            return [];
        }

        var values = new List<Observable>();
        var keys = new HashSet<Observable>();
        foreach (var found in PatternObservables.Of(tree!))
        {
            var observable = Observables.Normalise(JsonFields.Clean(ObservableType.FromPattern(found.Type), MaxType), JsonFields.Clean(found.Value));
            if (values.Count < MaxValues && keys.Add(observable))
            {
                values.Add(observable);
            }
        }

        return values;
    }

    /// <summary>STIX has no severity: the custom property, else a label <c>severity:high</c>.</summary>
    private static string? Severity(JsonElement json, string[] labels)
    {
        var stated = json.Text("severity") ?? json.Text("x_severity");
        if (stated is null)
        {
            foreach (var label in labels)
            {
                if (label.StartsWith(SeverityLabel, StringComparison.OrdinalIgnoreCase))
                {
                    stated = label[SeverityLabel.Length..];
                }
            }
        }

        return stated?.Trim().ToLowerInvariant() is "low" or "medium" or "high" or "critical" ? stated.Trim().ToLowerInvariant() : null;
    }
}
