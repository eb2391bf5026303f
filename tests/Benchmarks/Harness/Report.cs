using System.Globalization;
using System.Text;

namespace Platform.Benchmarks.Harness;

/// <summary>A run as it is printed and kept.</summary>
internal sealed record Report(
    string Command, string Name, RunOptions Options, Machine Machine, IReadOnlyList<Figure> Figures, IReadOnlyList<string> Notes, TimeSpan Took)
{
    /// <summary>A table with a row a figure; the change is against the medians of the last run.</summary>
    public void Print(StringBuilder text, IReadOnlyDictionary<string, double> last)
    {
        string[] head = ["figure", "median", "least … most", "unit", "budget", "", "last run"];
        var rows = Figures.Select(f => Row(f, last)).Prepend(head).ToList();
        var widths = Enumerable.Range(0, head.Length).Select(i => rows.Max(r => r[i].Length)).ToArray();
        foreach (var row in rows)
        {
            for (var i = 0; i < row.Length; i++)
            {
                text.Append(i is 1 or 2 ? row[i].PadLeft(widths[i]) : row[i].PadRight(widths[i])).Append("  ");
            }

            while (text[^1] == ' ')
            {
                text.Length--;
            }

            text.AppendLine();
        }

        text.AppendLine();
        foreach (var note in Notes)
        {
            text.Append("- ").AppendLine(note);
        }

        if (Machine.WasShared)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"- Others used the machine: {Machine.BusyBeforePercent:0} % before, {Machine.BusyAfterPercent:0} % after. Ratios hold better than figures.");
        }

        if (Options.Quick)
        {
            text.AppendLine("- A quick run: it shows that the measurement works, and no more.");
        }
    }

    /// <summary>Three digits that matter, no more than the measurement is worth.</summary>
    public static string Number(double value) => Math.Abs(value) switch
    {
        >= 100 or 0 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    private static string[] Row(Figure figure, IReadOnlyDictionary<string, double> last) =>
    [
        figure.Name,
        Number(figure.Median),
        figure.Values.Count > 1 ? $"{Number(figure.Least)} … {Number(figure.Most)}" : "",
        figure.Unit,
        figure.Budget is { } budget ? $"{(budget.IsFloor ? "≥" : "≤")} {Number(budget.Limit)}" : "",
        figure.IsMet switch { true => "met", false => "MISSED", null => "" },
        last.TryGetValue(figure.Name, out var before) ? Change(before, figure.Median) : "",
    ];

    private static string Change(double before, double now) =>
        before == 0 ? Number(before) : string.Create(CultureInfo.InvariantCulture, $"{Number(before)} ({100 * (now - before) / before:+0;-0;0} %)");
}
