using System.Text.Json;

namespace Platform.KnowledgeGraph.Query;

/// <summary>
/// The store looks at neither its time limit nor its memory limit while it works out one expression, and not enough from clause to clause
/// (seen: thirty times <c>WITH a + a AS a</c> ended the server; <c>reduce(s = 'x', i IN range(1, 1000000) | s + s)</c> held 12 GiB and a thread
/// until it was restarted). So how large values can become, and how much can be done with them at a stretch, is bounded here.
/// </summary>
internal sealed partial class CypherParser
{
    /// <summary>Cells that one row can be looked at in expressions: a few seconds.</summary>
    private const double MaxWork = 2e7;

    /// <summary>Cells that a query can make beyond what is stored or sent: some hundred megabytes.</summary>
    private const double MaxMade = 1e7;

    private readonly Dictionary<string, Extent> _variables = [];
    private readonly IReadOnlyDictionary<string, JsonElement>? _values;
    private double _times = 1;
    private double _work;
    private double _made;

    /// <summary>Cells are looked at, as often as the loops around run.</summary>
    private void Work(double cells)
    {
        _work += _times * cells;
        if (_work > MaxWork)
        {
            throw new QueryRefusedException(Refusal.TooExpensive, "An expression goes over too much, such as a loop inside a loop over what was collected; use UNWIND and MATCH.");
        }
    }

    /// <summary>Cells are made that were nowhere before.</summary>
    private void Make(double cells)
    {
        _made += Math.Max(0, cells);
        if (_made > MaxMade)
        {
            throw new QueryRefusedException(Refusal.TooExpensive, "The query makes texts or lists that are too large, such as by adding a value to itself again and again.");
        }
    }

    /// <summary>A value made of others: of those, the largest is there already.</summary>
    private Extent Made(Extent value, double largest)
    {
        Work(value.Cells);
        Make(value.Cells - largest);
        return value;
    }

    private static double Largest(List<Extent> values) => values.Count == 0 ? 0 : values.Max(v => v.Cells);

    private Extent ParameterExtent(string name) => _values is null ? Extent.Unknown : _values.TryGetValue(name, out var value) ? Extent.Of(value) : Extent.One;

    private Extent VariableExtent(string name) => _variables.GetValueOrDefault(name, Extent.One);

    /// <summary>Reads something in which a name stands for a value.</summary>
    private Extent ReadWith(string? name, Extent value, Func<Extent> read)
    {
        if (name is null)
        {
            return read();
        }

        var isHidden = _variables.TryGetValue(name, out var hidden);
        _variables[name] = value;
        try
        {
            return read();
        }
        finally
        {
            _variables.Remove(name);
            if (isHidden)
            {
                _variables[name] = hidden;
            }
        }
    }
}
