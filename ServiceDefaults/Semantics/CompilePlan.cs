using System.Globalization;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace Platform.ServiceDefaults.Semantics;

/// <summary>A plan as SQL: the text is the model's own, every value is a parameter.</summary>
internal sealed record CompiledPlan(string Sql, IReadOnlyList<NpgsqlParameter> Parameters, IReadOnlyList<string> Columns, int Limit);

/// <summary>Compiles a plan over one entity, and says all that is wrong with it at once.</summary>
internal sealed class CompilePlan
{
    private const int MostRows = 1000;
    private const int MostParts = 10;
    private const int MostValues = 100;
    private static readonly string[] Granularities = ["hour", "day", "week", "month", "quarter", "year"];

    private readonly SemanticEntity _entity;
    private readonly SemanticPlan _plan;
    private readonly Dictionary<string, string[]> _faults = [];
    private readonly List<NpgsqlParameter> _parameters = [];
    private readonly List<(string Name, string Sql, bool Grouped)> _columns = [];
    private readonly List<string> _conditions = [];

    private CompilePlan(SemanticEntity entity, SemanticPlan plan) => (_entity, _plan) = (entity, plan);

    /// <exception cref="FaultException">422 with every fault.</exception>
    public static CompiledPlan Run(SemanticModel model, SemanticPlan plan, short clearance)
    {
        var entity = model.Entities.Find(e => e.Name == plan.Entity)
            ?? throw new FaultException(Faults.ValidationFault("entity", $"must be one of {string.Join(", ", model.Entities.Select(e => e.Name))}"));
        return new CompilePlan(entity, plan).Compile(clearance);
    }

    private CompiledPlan Compile(short clearance)
    {
        _parameters.Add(new NpgsqlParameter("clearance", NpgsqlDbType.Smallint) { Value = clearance });
        _conditions.Add(_entity.Visible);
        AddTime();
        AddDimensions();
        AddMeasures();
        AddFilters();
        var order = Order();
        var limit = _plan.Limit ?? 100;
        if (limit is < 1 or > MostRows)
        {
            Fault("limit", $"must be between 1 and {MostRows}");
        }

        if (_faults.Count > 0)
        {
            throw new FaultException(Faults.ValidationFault(_faults));
        }

        var sql = new StringBuilder("SELECT ").AppendJoin(", ", _columns.Select((c, i) => $"{c.Sql} AS c{i}"))
            .Append(" FROM ").Append(_entity.Table).Append(" WHERE ").AppendJoin(" AND ", _conditions.Select(c => $"({c})"));
        var grouped = _columns.FindAll(c => c.Grouped);
        if (grouped.Count > 0)
        {
            sql.Append(" GROUP BY ").AppendJoin(", ", Enumerable.Range(1, grouped.Count));
        }

        sql.Append(" ORDER BY ").Append(order).Append(" LIMIT ").Append(CultureInfo.InvariantCulture, $"{limit + 1}");
        return new CompiledPlan(sql.ToString(), _parameters, [.. _columns.Select(c => c.Name)], limit);
    }

    private void AddTime()
    {
        if (_plan.Time is not { } time)
        {
            return;
        }

        if (Dimension(time.Field, "time.field") is not { } field)
        {
            return;
        }

        if (field.Type != "time")
        {
            Fault("time.field", "must be a time");
        }

        if (time.Granularity is { } granularity)
        {
            if (Array.IndexOf(Granularities, granularity) < 0)
            {
                Fault("time.granularity", $"must be one of {string.Join(", ", Granularities)}");
            }
            else
            {
                _columns.Add((field.Name, $"date_trunc('{granularity}', {field.Sql}, 'UTC')", true));
            }
        }

        foreach (var (text, op, path) in new[] { (time.From, ">=", "time.from"), (time.To, "<", "time.to") })
        {
            if (text is not null)
            {
                Compare(field, op, text, path);
            }
        }
    }

    private void AddDimensions()
    {
        var dimensions = _plan.Dimensions ?? [];
        if (dimensions.Count > MostParts)
        {
            Fault("dimensions", $"must be at most {MostParts}");
            return;
        }

        for (var i = 0; i < dimensions.Count; i++)
        {
            if (Dimension(dimensions[i], $"dimensions[{i}]") is { } field && _columns.TrueForAll(c => c.Name != field.Name))
            {
                _columns.Add((field.Name, field.Sql, true));
            }
        }
    }

    private void AddMeasures()
    {
        var measures = _plan.Measures ?? [];
        if (measures.Count is 0 or > MostParts)
        {
            Fault("measures", $"must be 1 to {MostParts}");
            return;
        }

        for (var i = 0; i < measures.Count; i++)
        {
            if (_entity.Measures.Find(m => m.Name == measures[i]) is { } measure)
            {
                _columns.Add((measure.Name, measure.Sql, false));
            }
            else
            {
                Fault($"measures[{i}]", $"must be one of {Names(_entity.Measures)}");
            }
        }
    }

    private void AddFilters()
    {
        var filters = _plan.Filters ?? [];
        if (filters.Count > MostParts)
        {
            Fault("filters", $"must be at most {MostParts}");
            return;
        }

        for (var i = 0; i < filters.Count; i++)
        {
            var path = $"filters[{i}]";
            if (Dimension(filters[i].Field, path + ".field") is { } field)
            {
                AddFilter(field, filters[i], path);
            }
        }
    }

    private void AddFilter(SemanticMember field, SemanticFilter filter, string path)
    {
        var values = filter.Values ?? [];
        if (filter.Op is "set" or "not_set")
        {
            _conditions.Add($"{field.Sql} IS {(filter.Op == "set" ? "NOT " : "")}NULL");
            return;
        }

        if (values.Count is 0 or > MostValues)
        {
            Fault(path + ".values", $"must be 1 to {MostValues}");
            return;
        }

        switch (filter.Op)
        {
            case "equals":
                _conditions.Add($"lower(({field.Sql})::text) = ANY({Bind(values.Select(v => v.ToLowerInvariant()).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)})");
                break;
            case "not_equals":
                _conditions.Add($"coalesce(lower(({field.Sql})::text) <> ALL({Bind(values.Select(v => v.ToLowerInvariant()).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)}), true)");
                break;
            case "contains" when field.Type == "text":
                var patterns = values.Select(v => "%" + v.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal) + "%").ToArray();
                _conditions.Add($"{field.Sql} ILIKE ANY({Bind(patterns, NpgsqlDbType.Array | NpgsqlDbType.Text)})");
                break;
            case "above" or "below" when field.Type is "number" or "time":
                Compare(field, filter.Op == "above" ? ">" : "<", values[0], path + ".values[0]");
                break;
            default:
                Fault(path + ".op", "must be equals, not_equals, set, not_set; contains for texts; above or below for numbers and times");
                break;
        }
    }

    private void Compare(SemanticMember field, string op, string text, string path)
    {
        if (field.Type == "number" && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            _conditions.Add($"{field.Sql} {op} {Bind(number, NpgsqlDbType.Double)}");
        }
        else if (field.Type == "time" && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            _conditions.Add($"{field.Sql} {op} {Bind(time.ToUniversalTime(), NpgsqlDbType.TimestampTz)}");
        }
        else
        {
            Fault(path, field.Type == "number" ? "must be a number" : "must be a time in ISO 8601");
        }
    }

    private string Order()
    {
        var order = _plan.Order ?? [];
        var parts = new List<string>();
        for (var i = 0; i < order.Count && i < MostParts; i++)
        {
            var column = _columns.FindIndex(c => c.Name == order[i].Field);
            if (column < 0)
            {
                Fault($"order[{i}].field", "must be a member of the result");
                continue;
            }

            parts.Add($"{column + 1} {(order[i].Descending ? "DESC" : "ASC")} NULLS LAST");
        }

        if (parts.Count == 0)
        {
            // Points in time stand in their order; everything else by how much there is.
            parts.Add(_plan.Time?.Granularity is not null || _columns.FindIndex(c => !c.Grouped) is not (>= 0 and var measure) ? "1 ASC NULLS LAST" : $"{measure + 1} DESC NULLS LAST");
        }

        for (var i = 0; i < _columns.Count; i++)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{i + 1}"));
        }

        return string.Join(", ", parts);
    }

    private SemanticMember? Dimension(string? name, string path)
    {
        var field = _entity.Dimensions.Find(d => d.Name == name);
        if (field is null)
        {
            Fault(path, $"must be one of {Names(_entity.Dimensions)}");
        }

        return field;
    }

    private string Bind(object value, NpgsqlDbType type)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"p{_parameters.Count}");
        _parameters.Add(new NpgsqlParameter(name, type) { Value = value });
        return "@" + name;
    }

    private void Fault(string path, string message) => _faults[path] = [message];

    private static string Names(List<SemanticMember> members) => string.Join(", ", members.Select(m => m.Name));
}
