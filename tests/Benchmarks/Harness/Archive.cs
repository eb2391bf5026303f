using System.Globalization;
using System.Text.Json;

namespace Platform.Benchmarks.Harness;

/// <summary>A folder of reports, one JSON file a run.</summary>
internal sealed class Archive(string folder)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    /// <summary>Medians of the newest run that was not a quick one, by figure; none when there is no such run.</summary>
    public IReadOnlyDictionary<string, double> Last()
    {
        if (!Directory.Exists(folder))
        {
            return new Dictionary<string, double>();
        }

        foreach (var file in Directory.EnumerateFiles(folder, "*.json").OrderDescending(StringComparer.Ordinal))
        {
            using var report = JsonDocument.Parse(File.ReadAllBytes(file));
            if (!report.RootElement.GetProperty("options").GetProperty("quick").GetBoolean())
            {
                return report.RootElement.GetProperty("figures").EnumerateArray()
                    .ToDictionary(f => f.GetProperty("name").GetString()!, f => f.GetProperty("median").GetDouble());
            }
        }

        return new Dictionary<string, double>();
    }

    /// <summary>Writes a report; the answer is the file's path.</summary>
    public string Add(Report report)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, report.Machine.Date.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture) + ".json");
        File.WriteAllText(path, JsonSerializer.Serialize(report, Json));
        return path;
    }
}
