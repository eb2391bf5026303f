using System.Globalization;
using System.Text;

namespace Prometheus.TextFormat;

/// <summary>Labels of one sample, sorted by name; names that become equal share one label with their values joined by <c>;</c>.</summary>
internal sealed class LabelSet
{
    private readonly SortedList<string, string> _labels = new(StringComparer.Ordinal);

    public int Count => _labels.Count;

    public void Add(string name, object? value)
    {
        var label = MetricNames.Label(name);
        var shown = value switch
        {
            null => "",
            bool flag => flag ? "true" : "false",
            Array items => string.Join(';', items.Cast<object?>()),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };
        _labels[label] = _labels.TryGetValue(label, out var earlier) ? $"{earlier};{shown}" : shown;
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        AppendTo(text);
        return text.ToString();
    }

    public void AppendTo(StringBuilder text)
    {
        for (var i = 0; i < _labels.Count; i++)
        {
            text.Append(i > 0 ? "," : "").Append(_labels.GetKeyAtIndex(i)).Append("=\"");
            Escaping.AppendLabelValue(text, _labels.GetValueAtIndex(i));
            text.Append('"');
        }
    }
}
