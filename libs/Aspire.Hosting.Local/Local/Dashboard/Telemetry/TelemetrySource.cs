using Otlp.V1;

namespace Aspire.Hosting.Local.Dashboard.Telemetry;

/// <summary>Who sent a record: <c>service.name</c>, which is the resource's name, and the instance of it.</summary>
internal sealed record TelemetrySource(string Name, string Instance, KeyValuePair<string, string>[] Attributes);

/// <summary>One object for each sender, however often it names itself.</summary>
internal sealed class TelemetrySources(TelemetryLimits limits)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Name, string Instance), TelemetrySource> _known = [];

    public TelemetrySource Of(Resource? resource)
    {
        var attributes = Attributes.Read(resource?.Attributes, limits);
        var name = Array.Find(attributes, a => a.Key == "service.name").Value;
        var instance = Array.Find(attributes, a => a.Key == "service.instance.id").Value ?? "";
        var key = (string.IsNullOrEmpty(name) ? "unknown" : name, instance);
        lock (_lock)
        {
            if (_known.TryGetValue(key, out var known))
            {
                return known;
            }

            // Records keep their source alive; forgetting the table only costs a second object for the same sender.
            if (_known.Count >= limits.Sources)
            {
                _known.Clear();
            }

            return _known[key] = new TelemetrySource(key.Item1, instance, attributes);
        }
    }
}

/// <summary>Names repeat in almost every record: one string for all of them.</summary>
internal sealed class StringPool
{
    private const int Most = 8_192;
    private const int Longest = 256;
    private readonly Lock _lock = new();
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public string Of(string text)
    {
        if (text.Length is 0 or > Longest)
        {
            return text;
        }

        lock (_lock)
        {
            if (_known.TryGetValue(text, out var known))
            {
                return known;
            }

            if (_known.Count >= Most)
            {
                _known.Clear();
            }

            _known.Add(text);
            return text;
        }
    }
}
