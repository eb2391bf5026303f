using System.Globalization;

namespace Platform.ServiceDefaults;

/// <summary>What holds for every plan, whatever it is compiled to: how much it may name, and how the values of a type are written.</summary>
public sealed class SemanticPlanRules
{
    private const int MostRows = 1000;
    private const int MostParts = 10;
    private const int MostValues = 100;
    private const int UsualRows = 100;

    private readonly SemanticPlan _plan;
    private readonly Dictionary<string, string[]> _faults = [];

    /// <param name="plan">The plan; a list with a fault in it is read as an empty one, since that is told already.</param>
    public SemanticPlanRules(SemanticPlan plan)
    {
        _plan = plan;
        Limit = plan.Limit ?? UsualRows;
        if (Limit is < 1 or > MostRows)
        {
            Fault("limit", $"must be between 1 and {MostRows}");
        }

        Measures = Bounded(plan.Measures, "measures");
        if (plan.Measures is not { Count: > 0 and <= MostParts })
        {
            Fault("measures", $"must be 1 to {MostParts}");
        }

        Dimensions = Bounded(plan.Dimensions, "dimensions");
        Filters = Bounded(plan.Filters, "filters");
        Order = Bounded(plan.Order, "order");
    }

    /// <summary>Rows at most; 100 unless given.</summary>
    public int Limit { get; }

    public IReadOnlyList<string> Measures { get; }

    public IReadOnlyList<string> Dimensions { get; }

    public IReadOnlyList<SemanticFilter> Filters { get; }

    public IReadOnlyList<SemanticOrder> Order { get; }

    public void Fault(string path, string message) => _faults[path] = [message];

    /// <exception cref="FaultException">422 with every fault, where there are any.</exception>
    public void Throw()
    {
        if (_faults.Count > 0)
        {
            throw new FaultException(Faults.ValidationFault(_faults));
        }
    }

    /// <summary>The values of a filter that compares with some; null where it does not have them.</summary>
    public IReadOnlyList<string>? Values(int filter)
    {
        if (Filters[filter].Values is { Count: > 0 and <= MostValues } values)
        {
            return values;
        }

        Fault($"filters[{filter}].values", $"must be 1 to {MostValues}");
        return null;
    }

    /// <summary>A value as a <see cref="double"/> or a time in UTC, as its member's type has it; null where it is not one.</summary>
    public object? Value(string type, string text, string path)
    {
        switch (type)
        {
            case "number" when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number):
                return number;
            case "time" when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time):
                return time.ToUniversalTime();
            default:
                Fault(path, type == "number" ? "must be a number" : "must be a time in ISO 8601");
                return null;
        }
    }

    /// <summary>Columns by which rows stand: those that the plan names, or else the first measure, the most first; points in time in their own order.</summary>
    /// <param name="columns">The result's columns.</param>
    /// <param name="measure">The first of them that is a measure; -1 where there is none.</param>
    public IReadOnlyList<(int Column, bool Descending)> Sorting(IReadOnlyList<string> columns, int measure)
    {
        var sorting = new List<(int, bool)>();
        for (var i = 0; i < Order.Count; i++)
        {
            var column = -1;
            for (var c = 0; c < columns.Count && column < 0; c++)
            {
                column = columns[c] == Order[i].Field ? c : -1;
            }

            if (column < 0)
            {
                Fault($"order[{i}].field", "must be a member of the result");
                continue;
            }

            sorting.Add((column, Order[i].Descending));
        }

        if (sorting.Count == 0 && measure >= 0 && _plan.Time?.Granularity is null)
        {
            sorting.Add((measure, true));
        }

        return sorting;
    }

    private IReadOnlyList<T> Bounded<T>(IReadOnlyList<T>? list, string path)
        where T : class
    {
        if (list is { Count: > MostParts })
        {
            Fault(path, $"must be at most {MostParts}");
        }
        else if (list?.Contains(null!) == true)
        {
            Fault(path, "must not hold null");
        }
        else
        {
            return list ?? [];
        }

        return [];
    }
}
