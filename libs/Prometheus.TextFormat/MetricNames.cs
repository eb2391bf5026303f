using System.Text;

namespace Prometheus.TextFormat;

/// <summary>Names and units of OpenTelemetry as names that Prometheus accepts.</summary>
internal static class MetricNames
{
    /// <summary><c>[a-zA-Z_:][a-zA-Z0-9_:]*</c> with the unit as suffix and <c>_total</c> at the end of a counter.</summary>
    public static string Metric(string name, string? unit, bool isCounter, bool isGauge)
    {
        var cleaned = Clean(name, colons: true);
        var suffix = UnitSuffix(unit, isGauge);
        if (isCounter && cleaned.EndsWith("_total", StringComparison.Ordinal))
        {
            cleaned = cleaned[..^"_total".Length];
        }

        if (suffix.Length > 0 && !HasSuffix(cleaned, suffix))
        {
            cleaned = $"{cleaned}_{suffix}";
        }

        return isCounter ? cleaned + "_total" : cleaned;
    }

    /// <summary><c>[a-zA-Z_][a-zA-Z0-9_]*</c>.</summary>
    public static string Label(string name) => Clean(name, colons: false);

    private static bool HasSuffix(string name, string suffix) =>
        name.EndsWith(suffix, StringComparison.Ordinal) && (name.Length == suffix.Length || name[^(suffix.Length + 1)] == '_');

    private static string Clean(string name, bool colons)
    {
        var cleaned = new StringBuilder(name.Length + 1);
        foreach (var c in name)
        {
            var allowed = char.IsAsciiLetterOrDigit(c) || (colons && c == ':');
            if (allowed)
            {
                if (cleaned.Length == 0 && char.IsAsciiDigit(c))
                {
                    cleaned.Append('_');
                }

                cleaned.Append(c);
            }
            else if (cleaned.Length == 0 || cleaned[^1] != '_')
            {
                cleaned.Append('_');
            }
        }

        return cleaned.Length == 0 ? "_" : cleaned.ToString();
    }

    /// <summary>The UCUM unit in words; annotations in braces say nothing about the value and are dropped.</summary>
    private static string UnitSuffix(string? unit, bool isGauge)
    {
        if (string.IsNullOrEmpty(unit))
        {
            return "";
        }

        var bare = WithoutAnnotations(unit);
        if (bare == "1")
        {
            return isGauge ? "ratio" : "";
        }

        var slash = bare.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return Word(bare);
        }

        var numerator = Word(bare[..slash]);
        var denominator = PerWord(bare[(slash + 1)..]);
        return (numerator, denominator) switch
        {
            (_, "") => numerator,
            ("", _) => $"per_{denominator}",
            _ => $"{numerator}_per_{denominator}",
        };
    }

    private static string WithoutAnnotations(string unit)
    {
        var bare = new StringBuilder(unit.Length);
        var depth = 0;
        foreach (var c in unit)
        {
            if (c == '{')
            {
                depth++;
            }
            else if (c == '}')
            {
                depth = Math.Max(0, depth - 1);
            }
            else if (depth == 0)
            {
                bare.Append(c);
            }
        }

        return bare.ToString().Trim();
    }

    private static string Word(string unit) => unit switch
    {
        "" or "1" => "",
        "d" => "days",
        "h" => "hours",
        "min" => "minutes",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "By" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "GiBy" => "gibibytes",
        "TiBy" => "tebibytes",
        "KBy" or "kBy" => "kilobytes",
        "MBy" => "megabytes",
        "GBy" => "gigabytes",
        "TBy" => "terabytes",
        "bit" => "bits",
        "m" => "meters",
        "V" => "volts",
        "A" => "amperes",
        "J" => "joules",
        "W" => "watts",
        "g" => "grams",
        "Cel" => "celsius",
        "Hz" => "hertz",
        "%" => "percent",
        "$" => "dollars",
        _ => Clean(unit, colons: false).Trim('_'),
    };

    private static string PerWord(string unit) => unit switch
    {
        "s" => "second",
        "m" => "minute",
        "min" => "minute",
        "h" => "hour",
        "d" => "day",
        "w" => "week",
        "mo" => "month",
        "y" => "year",
        _ => Word(unit),
    };
}
