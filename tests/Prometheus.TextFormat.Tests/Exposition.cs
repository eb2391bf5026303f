using System.Globalization;
using System.Text;

namespace Platform.Prometheus.TextFormat.Tests;

/// <summary>
/// A strict reader of the text format, written from its grammar and sharing nothing with the writer: it fails on
/// anything that a scraper would refuse.
/// </summary>
internal sealed class Exposition
{
    public Dictionary<string, string> Types { get; } = [];

    public Dictionary<string, string> Helps { get; } = [];

    public List<Sample> Samples { get; } = [];

    public double this[string series] => Samples.Single(s => s.Series == series).Value;

    public static Exposition Parse(string text)
    {
        if (text.Length > 0 && text[^1] != '\n')
        {
            throw new FormatException("The last line does not end in a line feed.");
        }

        var parsed = new Exposition();
        var finished = new HashSet<string>();
        string? family = null;
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# ", StringComparison.Ordinal))
            {
                var parts = line.Split(' ', 4);
                if (family != parts[2])
                {
                    if (family is not null && !finished.Add(family))
                    {
                        throw new FormatException($"{family} appears twice.");
                    }

                    family = Name(parts[2], colons: true);
                }

                if (!(parts[1] == "TYPE" ? parsed.Types : parsed.Helps).TryAdd(parts[2], parts.ElementAtOrDefault(3) ?? ""))
                {
                    throw new FormatException($"Second {parts[1]} of {parts[2]}.");
                }

                continue;
            }

            var sample = ReadSample(line);
            var expected = parsed.Types.GetValueOrDefault(family ?? "") == "histogram"
                ? new[] { family + "_bucket", family + "_sum", family + "_count" }
                : [family ?? throw new FormatException("A sample without TYPE.")];
            if (!expected.Contains(sample.Name))
            {
                throw new FormatException($"{sample.Name} is not of family {family}.");
            }

            if (parsed.Samples.Any(s => s.Series == sample.Series))
            {
                throw new FormatException($"{sample.Series} appears twice.");
            }

            parsed.Samples.Add(sample);
        }

        parsed.CheckHistograms();
        return parsed;
    }

    private void CheckHistograms()
    {
        foreach (var family in Types.Where(t => t.Value == "histogram").Select(t => t.Key))
        {
            var groups = Samples.Where(s => s.Name == family + "_bucket")
                .GroupBy(s => string.Join(',', s.Labels.Where(l => l.Key != "le").Select(l => $"{l.Key}={l.Value}")));
            foreach (var buckets in groups)
            {
                var bounds = buckets.Select(b => Number(b.Labels["le"])).ToList();
                var counts = buckets.Select(b => b.Value).ToList();
                if (!bounds.SequenceEqual(bounds.Distinct().Order()) || !counts.SequenceEqual(counts.Order()) || !double.IsPositiveInfinity(bounds[^1]))
                {
                    throw new FormatException($"Buckets of {family} are not cumulative up to +Inf.");
                }

                var count = Samples.Single(s => s.Name == family + "_count"
                    && string.Join(',', s.Labels.Select(l => $"{l.Key}={l.Value}")) == buckets.Key);
                if (!count.Value.Equals(counts[^1]))
                {
                    throw new FormatException($"{family}_count is not its +Inf bucket.");
                }
            }
        }
    }

    private static Sample ReadSample(string line)
    {
        var at = line.AsSpan().IndexOfAny('{', ' ');
        var name = Name(line[..at], colons: true);
        var labels = new Dictionary<string, string>();
        if (line[at] == '{')
        {
            at++;
            while (line[at] != '}')
            {
                var equals = line.IndexOf('=', at);
                var label = Name(line[at..equals], colons: false);
                if (line[equals + 1] != '"')
                {
                    throw new FormatException("A label value without quotes.");
                }

                at = equals + 2;
                var value = new StringBuilder();
                for (; line[at] != '"'; at++)
                {
                    value.Append(line[at] != '\\'
                        ? line[at]
                        : line[++at] switch { '\\' => '\\', '"' => '"', 'n' => '\n', var c => throw new FormatException($"Escape \\{c}.") });
                }

                if (!labels.TryAdd(label, value.ToString()))
                {
                    throw new FormatException($"Label {label} twice.");
                }

                at++;
                if (line[at] == ',')
                {
                    at++;
                }
            }

            at++;
        }

        return new Sample(name, labels, Number(line[(at + 1)..]), line[..at]);
    }

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    private static string Name(string name, bool colons)
    {
        var valid = name.Length > 0 && !char.IsAsciiDigit(name[0])
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_' || (colons && c == ':'));
        return valid ? name : throw new FormatException($"'{name}' is not a valid name.");
    }

    internal sealed record Sample(string Name, Dictionary<string, string> Labels, double Value, string Series);
}
