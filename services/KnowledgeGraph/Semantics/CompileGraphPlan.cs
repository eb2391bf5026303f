using System.Globalization;
using System.Text;
using Platform.ServiceDefaults;

namespace Platform.KnowledgeGraph.Semantics;

/// <summary>A plan as Cypher: the text is the model's own, every value is a parameter.</summary>
internal sealed record CompiledGraphPlan(string Cypher, IReadOnlyDictionary<string, object?> Parameters, IReadOnlyList<string> Columns, int Limit);

/// <summary>
/// Compiles a plan over one entity and what its joins lead to, and says all that is wrong with it at once. Nodes are counted
/// once each, so that what a join or a list multiplies counts no more than it is.
/// </summary>
internal sealed class CompileGraphPlan
{
    private const string Own = "n";

    private readonly GraphModel _model;
    private readonly GraphEntity _entity;
    private readonly SemanticPlan _plan;
    private readonly SemanticPlanRules _rules;
    private readonly Dictionary<string, object?> _parameters = [];
    private readonly Dictionary<string, Branch> _branches = [];
    private readonly List<(string Name, string Cypher, bool Grouped)> _columns = [];
    private readonly List<string> _unwound = [];

    private CompileGraphPlan(GraphModel model, GraphEntity entity, SemanticPlan plan)
    {
        (_model, _entity, _plan, _rules) = (model, entity, plan, new SemanticPlanRules(plan));
        _branches[""] = new Branch(Own, entity, null);
    }

    /// <exception cref="FaultException">422 with every fault.</exception>
    public static CompiledGraphPlan Run(GraphModel model, SemanticPlan plan)
    {
        var entity = model.Find(plan.Entity)
            ?? throw new FaultException(Faults.ValidationFault("entity", $"must be one of {string.Join(", ", model.Entities.Select(e => e.Name))}"));
        return new CompileGraphPlan(model, entity, plan).Compile();
    }

    private CompiledGraphPlan Compile()
    {
        AddFilters();
        AddTime();
        AddDimensions();
        AddMeasures();
        var order = Order();
        _rules.Throw();
        var cypher = new StringBuilder();
        foreach (var branch in _branches.Values)
        {
            var conditions = branch.Conditions(_model);
            cypher.Append(branch.Pattern()).Append(conditions.Count == 0 ? "" : " WHERE " + string.Join(" AND ", conditions)).Append('\n');
        }

        foreach (var list in _unwound)
        {
            cypher.Append(list).Append('\n');
        }

        cypher.Append("RETURN ").AppendJoin(", ", _columns.Select((c, i) => $"{c.Cypher} AS c{i}"))
            .Append(" ORDER BY ").Append(order).Append(CultureInfo.InvariantCulture, $" LIMIT {_rules.Limit + 1}");
        return new CompiledGraphPlan(cypher.ToString(), _parameters, [.. _columns.Select(c => c.Name)], _rules.Limit);
    }

    private void AddFilters()
    {
        var filters = _rules.Filters;
        for (var i = 0; i < filters.Count; i++)
        {
            var path = $"filters[{i}]";
            if (Dimension(filters[i].Field, path + ".field", required: true) is var (branch, field))
            {
                branch.Asked.Add(field.Name);
                AddFilter(branch, field, filters[i], i);
            }
        }
    }

    private void AddFilter(Branch branch, GraphMember field, SemanticFilter filter, int index)
    {
        var property = $"{branch.Variable}.{field.Property}";
        if (filter.Op is "set" or "not_set")
        {
            branch.Add($"{property} IS {(filter.Op == "set" ? "NOT " : "")}NULL");
            return;
        }

        if (_rules.Values(index) is not { } values)
        {
            return;
        }

        switch (filter.Op)
        {
            case "equals" or "not_equals":
                branch.Add((filter.Op == "equals" ? "" : "NOT ") + $"({Equal(property, field, values)})");
                break;
            case "contains" when field.Type is "text" or "list":
                var parts = Bind(Lower(values));
                branch.Add(field.Type == "text"
                    ? $"any(x IN {parts} WHERE toLower({property}) CONTAINS x)"
                    : $"any(v IN coalesce({property}, []) WHERE any(x IN {parts} WHERE toLower(v) CONTAINS x))");
                break;
            case "above" or "below" when field.Type is "number" or "time":
                Compare(branch, field, filter.Op == "above" ? ">" : "<", values[0], $"filters[{index}].values[0]");
                break;
            default:
                _rules.Fault($"filters[{index}].op", "must be equals, not_equals, set, not_set; contains for texts and lists; above or below for numbers and times");
                break;
        }
    }

    private string Equal(string property, GraphMember field, IReadOnlyList<string> values) => field.Type switch
    {
        "list" => $"any(v IN coalesce({property}, []) WHERE toLower(v) IN {Bind(Lower(values))})",
        // What does not say is not.
        "flag" => $"toLower(toString(coalesce({property}, false))) IN {Bind(Lower(values))}",
        _ => $"toLower(toString(coalesce({property}, ''))) IN {Bind(Lower(values))}",
    };

    private void AddTime()
    {
        if (_plan.Time is not { } time || Dimension(time.Field, "time.field", required: true) is not var (branch, field))
        {
            return;
        }

        if (field.Type != "time")
        {
            _rules.Fault("time.field", "must be a time");
            return;
        }

        foreach (var (text, op, path) in new[] { (time.From, ">=", "time.from"), (time.To, "<", "time.to") })
        {
            if (text is not null)
            {
                Compare(branch, field, op, text, path);
            }
        }

        if (time.Granularity is not { } granularity)
        {
            return;
        }

        var property = $"{branch.Variable}.{field.Property}";
        var point = granularity switch
        {
            "hour" => $"left({property}, 13) + ':00:00Z'",
            "day" => $"left({property}, 10) + 'T00:00:00Z'",
            "month" => $"left({property}, 7) + '-01T00:00:00Z'",
            "quarter" => $"left({property}, 5) + substring('010101040404070707101010', toInteger(substring({property}, 5, 2)) * 2 - 2, 2) + '-01T00:00:00Z'",
            "year" => $"left({property}, 4) + '-01-01T00:00:00Z'",
            _ => "",
        };
        if (point.Length == 0)
        {
            _rules.Fault("time.granularity", "must be one of hour, day, month, quarter, year");
            return;
        }

        branch.Add($"{property} IS NOT NULL");
        _columns.Add((time.Field!, point, true));
    }

    private void AddDimensions()
    {
        var dimensions = _rules.Dimensions;
        for (var i = 0; i < dimensions.Count; i++)
        {
            if (Dimension(dimensions[i], $"dimensions[{i}]", required: true) is not var (branch, field) || _columns.Exists(c => c.Name == dimensions[i]))
            {
                continue;
            }

            var property = $"{branch.Variable}.{field.Property}";
            if (field.Type == "list")
            {
                var variable = string.Create(CultureInfo.InvariantCulture, $"u{_unwound.Count}");
                _unwound.Add($"UNWIND {property} AS {variable}");
                property = variable;
            }
            else if (field.Type == "flag")
            {
                property = $"coalesce({property}, false)";
            }

            _columns.Add((dimensions[i], property, true));
        }
    }

    private void AddMeasures()
    {
        var measures = _rules.Measures;
        for (var i = 0; i < measures.Count; i++)
        {
            var (join, name) = Split(measures[i]);
            if (name != GraphEntity.Count || BranchOf(join, required: false) is not { } branch)
            {
                _rules.Fault($"measures[{i}]", $"must be {GraphEntity.Count}, or a join and {GraphEntity.Count}: {string.Join(", ", _entity.Joins.Select(j => $"{j.Name}.{GraphEntity.Count}"))}");
                continue;
            }

            _columns.Add((measures[i], $"count(DISTINCT {branch.Variable})", false));
        }
    }

    private void Compare(Branch branch, GraphMember field, string op, string text, string path)
    {
        if (_rules.Value(field.Type, text, path) is { } value)
        {
            branch.Add($"{branch.Variable}.{field.Property} {op} {Bind(value is DateTimeOffset time ? time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture) : value)}");
        }
    }

    private string Order()
    {
        var parts = _rules.Sorting([.. _columns.Select(c => c.Name)], _columns.FindIndex(c => !c.Grouped))
            .Select(by => string.Create(CultureInfo.InvariantCulture, $"c{by.Column}{(by.Descending ? " DESC" : "")}")).ToList();
        for (var i = 0; i < _columns.Count; i++)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"c{i}"));
        }

        return string.Join(", ", parts);
    }

    private (Branch Branch, GraphMember Field)? Dimension(string? name, string path, bool required)
    {
        var (join, member) = Split(name ?? "");
        if (BranchOf(join, required) is { } branch && branch.Entity.Dimensions.Find(d => d.Name == member) is { } field)
        {
            return (branch, field);
        }

        _rules.Fault(path, $"must be one of {string.Join(", ", _entity.Dimensions.Select(d => d.Name))}, or such a one of {string.Join(", ", _entity.Joins.Select(j => j.Name))}");
        return null;
    }

    /// <summary>The part of the pattern that a join adds. One that only counts leaves in what has none; one that narrows or splits does not.</summary>
    private Branch? BranchOf(string join, bool required)
    {
        if (!_branches.TryGetValue(join, out var branch))
        {
            if (_entity.Joins.Find(j => j.Name == join) is not { } way)
            {
                return null;
            }

            _branches[join] = branch = new Branch(string.Create(CultureInfo.InvariantCulture, $"j{_branches.Count}"), _model.Find(way.Entity)!, way);
        }

        branch.Required |= required;
        return branch;
    }

    private static (string Join, string Member) Split(string name) =>
        name.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? (name[..dot], name[(dot + 1)..]) : ("", name);

    private static string[] Lower(IReadOnlyList<string> values) => [.. values.Select(v => v.ToLowerInvariant())];

    private string Bind(object value)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"p{_parameters.Count}");
        _parameters[name] = value;
        return "$" + name;
    }

    /// <summary>The entity itself, or what one join leads to.</summary>
    private sealed class Branch(string variable, GraphEntity entity, GraphJoin? join)
    {
        private readonly List<string> _conditions = [];

        public string Variable => variable;

        public GraphEntity Entity => entity;

        public bool Required { get; set; }

        /// <summary>The members that the plan filters on.</summary>
        public HashSet<string> Asked { get; } = [];

        public void Add(string condition) => _conditions.Add(condition);

        public string Pattern()
        {
            var node = entity.Labels.Count == 1 ? $"({variable}:{entity.Labels[0]})" : $"({variable}:{Vocabulary.AnyObject})";
            return join is null ? "MATCH " + node
                : $"{(Required ? "" : "OPTIONAL ")}MATCH " + (join.From == "own" ? $"({Own})-[r{variable}:{join.Type}]->{node}" : $"{node}-[r{variable}:{join.Type}]->({Own})");
        }

        public List<string> Conditions(GraphModel model)
        {
            var conditions = new List<string>(_conditions);
            if (entity.Labels.Count > 1)
            {
                conditions.Add($"({string.Join(" OR ", entity.Labels.Select(l => $"{variable}:{l}"))})");
            }

            foreach (var flag in entity.Dimensions.Where(d => model.UnlessAsked.Contains(d.Name)))
            {
                if (!Asked.Contains(flag.Name))
                {
                    conditions.Add($"NOT coalesce({variable}.{flag.Property}, false)");
                }

                if (join is not null)
                {
                    conditions.Add($"NOT coalesce(r{variable}.{flag.Property}, false)");
                }
            }

            return conditions;
        }
    }
}
