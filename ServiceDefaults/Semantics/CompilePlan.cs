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
    private static readonly string[] Granularities = ["hour", "day", "week", "month", "quarter", "year"];

    private readonly SemanticEntity _entity;
    private readonly SemanticPlan _plan;
    private readonly SemanticPlanRules _rules;
    private readonly List<NpgsqlParameter> _parameters = [];
    private readonly List<(string Name, string Sql, bool Grouped)> _columns = [];
    private readonly List<string> _conditions = [];

    private CompilePlan(SemanticEntity entity, SemanticPlan plan) => (_entity, _plan, _rules) = (entity, plan, new SemanticPlanRules(plan));

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
        _rules.Throw();
        var sql = new StringBuilder("SELECT ").AppendJoin(", ", _columns.Select((c, i) => $"{c.Sql} AS c{i}"))
            .Append(" FROM ").Append(_entity.Table).Append(" WHERE ").AppendJoin(" AND ", _conditions.Select(c => $"({c})"));
        var grouped = _columns.FindAll(c => c.Grouped);
        if (grouped.Count > 0)
        {
            sql.Append(" GROUP BY ").AppendJoin(", ", Enumerable.Range(1, grouped.Count));
        }

        sql.Append(" ORDER BY ").Append(order).Append(" LIMIT ").Append(CultureInfo.InvariantCulture, $"{_rules.Limit + 1}");
        return new CompiledPlan(sql.ToString(), _parameters, [.. _columns.Select(c => c.Name)], _rules.Limit);
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
            _rules.Fault("time.field", "must be a time");
        }

        if (time.Granularity is { } granularity)
        {
            if (Array.IndexOf(Granularities, granularity) < 0)
            {
                _rules.Fault("time.granularity", $"must be one of {string.Join(", ", Granularities)}");
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
        var dimensions = _rules.Dimensions;
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
        var measures = _rules.Measures;
        for (var i = 0; i < measures.Count; i++)
        {
            if (_entity.Measures.Find(m => m.Name == measures[i]) is { } measure)
            {
                _columns.Add((measure.Name, measure.Sql, false));
            }
            else
            {
                _rules.Fault($"measures[{i}]", $"must be one of {Names(_entity.Measures)}");
            }
        }
    }

    private void AddFilters()
    {
        var filters = _rules.Filters;
        for (var i = 0; i < filters.Count; i++)
        {
            var path = $"filters[{i}]";
            if (Dimension(filters[i].Field, path + ".field") is { } field)
            {
                AddFilter(field, filters[i], i);
            }
        }
    }

    private void AddFilter(SemanticMember field, SemanticFilter filter, int index)
    {
        if (filter.Op is "set" or "not_set")
        {
            _conditions.Add($"{field.Sql} IS {(filter.Op == "set" ? "NOT " : "")}NULL");
            return;
        }

        if (_rules.Values(index) is not { } values)
        {
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
                Compare(field, filter.Op == "above" ? ">" : "<", values[0], $"filters[{index}].values[0]");
                break;
            default:
                _rules.Fault($"filters[{index}].op", "must be equals, not_equals, set, not_set; contains for texts; above or below for numbers and times");
                break;
        }
    }

    private void Compare(SemanticMember field, string op, string text, string path)
    {
        if (_rules.Value(field.Type, text, path) is { } value)
        {
            _conditions.Add($"{field.Sql} {op} {Bind(value, value is double ? NpgsqlDbType.Double : NpgsqlDbType.TimestampTz)}");
        }
    }

    private string Order()
    {
        var parts = _rules.Sorting([.. _columns.Select(c => c.Name)], _columns.FindIndex(c => !c.Grouped))
            .Select(by => string.Create(CultureInfo.InvariantCulture, $"{by.Column + 1} {(by.Descending ? "DESC" : "ASC")} NULLS LAST")).ToList();
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
            _rules.Fault(path, $"must be one of {Names(_entity.Dimensions)}");
        }

        return field;
    }

    private string Bind(object value, NpgsqlDbType type)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"p{_parameters.Count}");
        _parameters.Add(new NpgsqlParameter(name, type) { Value = value });
        return "@" + name;
    }

    private static string Names(List<SemanticMember> members) => string.Join(", ", members.Select(m => m.Name));
}
