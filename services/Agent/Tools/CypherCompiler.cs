using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Platform.Agent.Planning;

namespace Platform.Agent.Tools;

/// <summary>
/// Compiles plans to Cypher that both FalkorDB and Neo4j run. Labels and relationship types come from the tables of
/// <see cref="Kinds"/> and <see cref="Relations"/>, variables are numbered, and every value is bound: no word of a
/// question and no text of the data is ever part of a query.
/// </summary>
internal sealed class CypherCompiler
{
    private readonly StringBuilder _text = new();
    private readonly JsonObject _parameters = [];
    private int _variables;

    private CypherCompiler()
    {
    }

    public static CypherQuery Count(ObjectSet set)
    {
        var compiler = new CypherCompiler();
        var v = compiler.Match(set);
        return compiler.Finish($"RETURN count(DISTINCT {v}) AS total");
    }

    public static CypherQuery List(ObjectSet set, int limit, TimeOrder? order = null)
    {
        var compiler = new CypherCompiler();
        var v = compiler.Match(set);
        if (order is null)
        {
            return compiler.Finish(
                $"RETURN DISTINCT {v}.id AS id, {v}.name AS name, {v}.external_id AS external_id, {v}.type AS type ORDER BY name, id LIMIT {compiler.Bind(limit)}");
        }

        var time = $"{v}.{Property(order.Field)}";
        return compiler.Finish(
            $"WITH DISTINCT {v} WHERE {time} IS NOT NULL RETURN {v}.id AS id, {v}.name AS name, {v}.external_id AS external_id, {v}.type AS type, {time} AS time "
            + $"ORDER BY time {(order.Descending ? "DESC" : "ASC")}, name, id LIMIT {compiler.Bind(limit)}");
    }

    public static CypherQuery Breakdown(BreakdownPlan plan)
    {
        var compiler = new CypherCompiler();
        var v = compiler.Match(plan.Set);
        var (property, length) = plan.By switch
        {
            BreakdownField.Tactic => ("phases", 0),
            BreakdownField.Platform => ("x_mitre_platforms", 0),
            BreakdownField.Domain => ("x_mitre_domains", 0),
            BreakdownField.ModifiedYear => ("modified", 4),
            BreakdownField.FirstSeenYear => ("first_seen", 4),
            BreakdownField.LastSeenYear => ("last_seen", 4),
            BreakdownField.CreatedMonth => ("created", 7),
            BreakdownField.ModifiedMonth => ("modified", 7),
            _ => ("created", 4),
        };
        compiler.Line($"WITH DISTINCT {v} WHERE {v}.{property} IS NOT NULL");
        compiler.Line(length == 0 ? $"UNWIND {v}.{property} AS name" : $"WITH {v}, left({v}.{property}, {compiler.Bind(length)}) AS name");
        // A trend reads from the first year on; the rest from the most on.
        var order = length > 0 && plan.Limit == 0 ? "name" : $"total {(plan.Ascending ? "ASC" : "DESC")}, name";
        return compiler.Finish($"RETURN name, count(DISTINCT {v}) AS total ORDER BY {order}");
    }

    /// <summary>Whether there is any relationship like a link at all, whatever its ends are narrowed to.</summary>
    public static CypherQuery Any(ObjectKind kind, Link link)
    {
        var compiler = new CypherCompiler();
        var near = ObjectSet.Of(kind);
        var far = ObjectSet.Of(link.Other.Kind);
        compiler.Line($"MATCH {Edge(Node("a", far), "r", link.Relation, Node("b", near), link.Outgoing)}{Where([.. Labels("a", far), .. Labels("b", near)])}");
        return compiler.Finish("WITH r LIMIT 1 RETURN count(r) AS total");
    }

    public static CypherQuery Top(TopPlan plan, int limit)
    {
        var compiler = new CypherCompiler();
        var v = compiler.Match(plan.Set);
        var u = compiler.Variable();
        compiler.Reach(v, plan.By, u, optional: plan.Ascending);
        compiler.Narrow(u, plan.By.Other, [v, u]);
        return compiler.Finish(
            $"WITH {v}, count(DISTINCT {u}) AS total RETURN {v}.id AS id, {v}.name AS name, {v}.external_id AS external_id, {v}.type AS type, total "
            + $"ORDER BY total {(plan.Ascending ? "ASC" : "DESC")}, name, id LIMIT {compiler.Bind(limit)}");
    }

    private CypherQuery Finish(string last)
    {
        _text.Append(last);
        return new CypherQuery(_text.ToString(), _parameters);
    }

    /// <summary>Matches a set, starting from what it names: far ends first, since those are found by index.</summary>
    private string Match(ObjectSet set)
    {
        var first = -1;
        for (var i = 0; i < set.Links.Count && first < 0; i++)
        {
            first = set.Links[i].Negated || set.Links[i].IsCounted ? -1 : i;
        }

        string v;
        if (set.Entities.Count > 0 || first < 0)
        {
            v = Variable();
            Line($"MATCH {Node(v, set)}{Where(Conditions(v, set))}");
            first = -1;
        }
        else
        {
            var link = set.Links[first];
            var u = Match(link.Other);
            v = Variable();
            var r = Variable();
            Line($"MATCH {Edge($"({u})", r, link.Relation, Node(v, set), link.Outgoing)}{Where([.. Live(r, set), .. Conditions(v, set)])}");
            Line($"WITH DISTINCT {v}");
        }

        for (var i = 0; i < set.Links.Count; i++)
        {
            if (i != first)
            {
                Constrain(v, set.Links[i], [v]);
            }
        }

        return v;
    }

    /// <summary>Keeps of <paramref name="v"/> what has, or has not, such a link; the carried variables stay.</summary>
    private void Constrain(string v, Link link, string[] carried)
    {
        var u = Variable();
        var carry = string.Join(", ", carried);
        if (link.Negated)
        {
            Reach(v, link, u, optional: true);
            var count = Variable();
            Line($"WITH {carry}, count({u}) AS {count} WHERE {count} = 0");
            return;
        }

        if (link.IsCounted)
        {
            // Where none will do too, nothing narrows the far end any more: the grammar sees to it.
            Reach(v, link, u, optional: link.AtLeast is null);
            Narrow(u, link.Other, [.. carried, u]);
            var number = Variable();
            var bounds = new List<string>();
            if (link.AtLeast is { } least)
            {
                bounds.Add($"{number} >= {Bind(least)}");
            }

            if (link.AtMost is { } most)
            {
                bounds.Add($"{number} <= {Bind(most)}");
            }

            Line($"WITH {carry}, count(DISTINCT {u}) AS {number}{Where(bounds)}");
            return;
        }

        Reach(v, link, u, optional: false);
        Narrow(u, link.Other, [.. carried, u]);
        Line($"WITH DISTINCT {carry}");
    }

    private void Narrow(string v, ObjectSet set, string[] carried)
    {
        foreach (var link in set.Links)
        {
            Constrain(v, link, carried);
        }
    }

    private void Reach(string v, Link link, string u, bool optional)
    {
        var r = Variable();
        Line($"{(optional ? "OPTIONAL " : "")}MATCH {Edge(Node(u, link.Other), r, link.Relation, $"({v})", link.Outgoing)}"
            + Where([.. Live(r, link.Other), .. Conditions(u, link.Other)]));
    }

    /// <summary>A relationship that starts at <paramref name="near"/>, the set's own end, when it is outgoing.</summary>
    private static string Edge(string far, string r, RelationKind relation, string near, bool outgoing)
    {
        var type = Relations.Info(relation).GraphType;
        return outgoing ? $"{near}-[{r}:{type}]->{far}" : $"{far}-[{r}:{type}]->{near}";
    }

    private static string Node(string v, ObjectSet set)
    {
        var labels = Kinds.Info(set.Kind).Labels;
        return set.Entities.Count > 0 || labels.Length != 1 ? $"({v}:Object)" : $"({v}:{labels[0]})";
    }

    private List<string> Conditions(string v, ObjectSet set)
    {
        var conditions = new List<string>();
        if (set.Entities.Count > 0)
        {
            // Named objects count whatever their state: the question is about them.
            conditions.Add(set.Entities.Count == 1 ? $"{v}.id = {Bind(set.Entities[0].Id)}" : $"{v}.id IN {Bind(set.Entities)}");
        }
        else
        {
            conditions.AddRange(Labels(v, set));
            conditions.AddRange(Live(v, set));
        }

        foreach (var filter in set.Filters)
        {
            conditions.Add(Condition(v, filter));
        }

        return conditions;
    }

    private static IEnumerable<string> Live(string v, ObjectSet set) =>
        set.IncludeRetired ? [] : [$"NOT coalesce({v}.revoked, false)", $"NOT coalesce({v}.deprecated, false)"];

    /// <summary>What the label of the node does not say already.</summary>
    private static IEnumerable<string> Labels(string v, ObjectSet set)
    {
        var labels = Kinds.Info(set.Kind).Labels;
        if (labels.Length > 1)
        {
            yield return $"({string.Join(" OR ", labels.Select(label => $"{v}:{label}"))})";
        }

        if (set.Kind == ObjectKind.SubTechnique)
        {
            yield return $"{v}.x_mitre_is_subtechnique = true";
        }
    }

    private string Condition(string v, Filter filter) => filter.Field switch
    {
        FilterField.Platform => InList(v, "x_mitre_platforms", filter),
        FilterField.Tactic => InList(v, "phases", filter),
        FilterField.Domain when filter.Value == "*" => $"{v}.x_mitre_domains IS NOT NULL",
        FilterField.Domain => InList(v, "x_mitre_domains", filter),
        FilterField.Revoked => $"{v}.revoked = true",
        FilterField.Deprecated => $"{v}.deprecated = true",
        FilterField.SubTechnique => filter.Value == "true" ? $"{v}.x_mitre_is_subtechnique = true" : $"NOT coalesce({v}.x_mitre_is_subtechnique, false)",
        FilterField.Kind => OfKind(v, Enum.Parse<ObjectKind>(filter.Value)),
        FilterField.Active => Both(filter.Until is { } end ? $"{v}.first_seen < {Bind(end)}" : null, filter.Value.Length > 0 ? $"{v}.last_seen >= {Bind(filter.Value)}" : null),
        FilterField.Created or FilterField.Modified or FilterField.FirstSeen or FilterField.LastSeen =>
            Both(filter.Value.Length > 0 ? $"{v}.{Property(filter.Field)} >= {Bind(filter.Value)}" : null, filter.Until is { } until ? $"{v}.{Property(filter.Field)} < {Bind(until)}" : null),
        FilterField.Name when filter.Op == FilterOp.Not => $"{v}.name <> {Bind(filter.Value)}",
        FilterField.Name or FilterField.Description =>
            $"toLower({v}.{Property(filter.Field)}) {(filter.Op == FilterOp.StartsWith ? "STARTS WITH" : "CONTAINS")} {Bind(filter.Value.ToLowerInvariant())}",
        FilterField.Alias => $"any(a IN coalesce({v}.aliases, {v}.x_mitre_aliases, []) WHERE toLower(a) = {Bind(filter.Value.ToLowerInvariant())})",
        _ => throw new InvalidOperationException($"There is no column for {filter.Field}."),
    };

    private string InList(string v, string property, Filter filter)
    {
        var list = $"{v}.{property}";
        var any = string.Join(" OR ", filter.Value.Split(Filter.Or).Select(value => $"{Bind(value)} IN {list}"));
        return filter.Op switch
        {
            FilterOp.Not => $"({list} IS NULL OR NOT ({any}))",
            FilterOp.Only => $"({any}) AND size({list}) = 1",
            _ => $"({any})",
        };
    }

    private static string OfKind(string v, ObjectKind kind)
    {
        var labels = string.Join(" OR ", Kinds.Info(kind).Labels.Select(label => $"{v}:{label}"));
        return kind == ObjectKind.SubTechnique ? $"({labels}) AND {v}.x_mitre_is_subtechnique = true" : $"({labels})";
    }

    private static string Both(string? one, string? other) => (one, other) switch
    {
        (not null, not null) => $"{one} AND {other}",
        _ => one ?? other ?? "true",
    };

    private static string Property(FilterField field) => field switch
    {
        FilterField.Modified => "modified",
        FilterField.FirstSeen => "first_seen",
        FilterField.LastSeen => "last_seen",
        FilterField.Name => "name",
        FilterField.Description => "description",
        _ => "created",
    };

    private static string Where(List<string> conditions) => conditions.Count == 0 ? "" : " WHERE " + string.Join(" AND ", conditions);

    private void Line(string text) => _text.Append(text).Append('\n');

    private string Variable() => string.Create(CultureInfo.InvariantCulture, $"v{_variables++}");

    private string Bind(JsonNode value)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"p{_parameters.Count}");
        _parameters[name] = value;
        return "$" + name;
    }

    private string Bind(IReadOnlyList<EntityRef> entities)
    {
        var ids = new JsonArray();
        foreach (var entity in entities)
        {
            ids.Add((JsonNode)entity.Id);
        }

        return Bind(ids);
    }
}
