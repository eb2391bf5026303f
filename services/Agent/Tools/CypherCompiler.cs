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

    public static CypherQuery List(ObjectSet set, int limit)
    {
        var compiler = new CypherCompiler();
        var v = compiler.Match(set);
        return compiler.Finish(
            $"RETURN DISTINCT {v}.id AS id, {v}.name AS name, {v}.external_id AS external_id, {v}.type AS type ORDER BY name, id LIMIT {compiler.Bind(limit)}");
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
            first = set.Links[i].Negated ? -1 : i;
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
            var labels = Kinds.Info(set.Kind).Labels;
            if (labels.Length > 1)
            {
                conditions.Add($"({string.Join(" OR ", labels.Select(label => $"{v}:{label}"))})");
            }

            if (set.Kind == ObjectKind.SubTechnique)
            {
                conditions.Add($"{v}.x_mitre_is_subtechnique = true");
            }

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

    private string Condition(string v, Filter filter) => filter.Field switch
    {
        FilterField.Platform => $"{Bind(filter.Value)} IN {v}.x_mitre_platforms",
        FilterField.Tactic => $"{Bind(filter.Value)} IN {v}.phases",
        FilterField.Domain when filter.Value == "*" => $"{v}.x_mitre_domains IS NOT NULL",
        FilterField.Domain => $"{Bind(filter.Value)} IN {v}.x_mitre_domains",
        FilterField.Revoked => $"{v}.revoked = true",
        FilterField.Deprecated => $"{v}.deprecated = true",
        _ => throw new InvalidOperationException($"There is no column for {filter.Field}."),
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
