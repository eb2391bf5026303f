using System.Globalization;
using System.Text;

namespace Platform.GraphQL.Tests.Oracle;

/// <summary>
/// Documents by chance, the same ones for the same seed: they follow the schema for the most part, and now and then do
/// something wrong.
/// </summary>
internal sealed class DocumentGenerator(int seed, double faults)
{
    private static readonly string[] Names = ["id", "name", "name2", "nothing", "__typename", "age", "owner"];
    private readonly Random _random = new(seed);
    private readonly List<(string Name, CompositeType Type)> _fragments = [];
    private readonly OrderedDictionary<string, string> _variables = [];
    private readonly Schema _schema = Mirror.Schema;

    public string Document()
    {
        var text = new StringBuilder();
        for (var i = _random.Next(4); i > 0; i--)
        {
            _fragments.Add(($"F{i}", Pick(_schema.Types.OfType<CompositeType>().Where(t => !t.Name.StartsWith("__", StringComparison.Ordinal)))));
        }

        var kind = _random.Next(10) switch { 0 => OperationKind.Mutation, 1 => OperationKind.Subscription, _ => OperationKind.Query };
        var bodies = _fragments.ConvertAll(f => $"fragment {f.Name} on {(Errs() ? "Nowhere" : f.Type.Name)}{Directives("FRAGMENT_DEFINITION")} {Selections(f.Type, 2, kind == OperationKind.Subscription)}");
        var selections = Selections(_schema.RootOf(kind)!, 4, kind == OperationKind.Subscription);
        if (_fragments.Count > 0 && !Errs())
        {
            // Whoever is defined is used, most of the time.
            selections = "{ " + selections[1..^1] + string.Concat(_fragments.Where(f => _schema.RootOf(kind)!.Overlapping.Contains(f.Type)).Select(f => $" ...{f.Name}")) + " }";
        }

        var variables = _variables.Select(v => $"${v.Key}: {(Errs() ? Pick("Int", "Query", "Nope", "[String!]!") : v.Value)}{(Chance(0.2) && !v.Value.EndsWith('!') ? " = " + Literal(_schema.TypeOf(Parser.ParseType(v.Value))!, 1, isConst: true) : "")}").ToList();
        if (Errs())
        {
            variables.Add("$unused: Int");
        }

        text.Append(kind.ToString().ToLowerInvariant()).Append(Chance(0.5) ? " Op" : "").Append(variables.Count > 0 ? $"({string.Join(", ", variables)})" : "")
            .Append(Directives(kind.ToString().ToUpperInvariant())).Append(' ').Append(selections);
        foreach (var body in bodies)
        {
            text.Append('\n').Append(body);
        }

        return faults > 0 && Chance(0.15) ? Damage(text.ToString()) : text.ToString();
    }

    private string Selections(CompositeType type, int depth, bool one = false)
    {
        var text = new StringBuilder("{");
        for (var i = one ? 1 : 1 + _random.Next(4); i > 0; i--)
        {
            text.Append(' ').Append(_random.Next(10) switch
            {
                0 when _fragments.Count > 0 => "..." + (Errs() ? "Missing" : Pick(_fragments.Where(f => Chance(0.1) || type.Overlapping.Contains(f.Type)).DefaultIfEmpty(_fragments[0])).Name) + Directives("FRAGMENT_SPREAD"),
                1 or 2 => Inline(type, depth),
                _ => FieldOf(type, depth),
            });
        }

        return text.Append(" }").ToString();
    }

    private string Inline(CompositeType type, int depth)
    {
        var inner = Chance(0.2) ? type : Errs() ? Pick(_schema.Types.OfType<CompositeType>()) : Pick(type.Overlapping);
        return $"...{(inner == type ? "" : " on " + inner.Name)}{Directives("INLINE_FRAGMENT")} {Selections(inner, depth - 1)}";
    }

    private string FieldOf(CompositeType type, int depth)
    {
        if (type is not FieldsType { Fields: var fields } || Errs())
        {
            return Chance(0.2) && Errs() ? Pick(Names) : "__typename";
        }

        var candidates = fields.Where(f => depth > 0 || f.Type.Named is not CompositeType).ToList();
        if (candidates.Count == 0)
        {
            return "__typename";
        }

        var field = Pick(candidates);
        var alias = Chance(0.15) ? Pick("a", "b", field.Name) + ": " : "";
        var arguments = field.Arguments.Where(a => Chance(a.IsRequired ? 0.97 : 0.25)).Select(a => $"{a.Name}: {Value(a.Type, 2)}").ToList();
        if (Errs())
        {
            arguments.Add("what: 1");
        }

        var selection = field.Type.Named is CompositeType inner
            ? Errs() ? "" : " " + Selections(inner, depth - 1)
            : Errs() ? " { id }" : "";
        return alias + field.Name + (arguments.Count > 0 ? $"({string.Join(", ", arguments)})" : "") + Directives("FIELD") + selection;
    }

    private string Directives(string location) => _random.Next(12) switch
    {
        0 when location is "FIELD" or "FRAGMENT_SPREAD" or "INLINE_FRAGMENT" => $" @{Pick("skip", "include")}(if: {Value(_schema.Find("Boolean")!.AsNonNull(), 0)})",
        1 => " @tag(name: \"a\") @tag",
        2 when Errs() => Pick(" @unknown", " @skip", " @include(if: 1) @include(if: true)", " @onlyQuery", " @deprecated"),
        _ => "",
    };

    private string Value(GraphType type, int depth)
    {
        if (!Chance(0.3))
        {
            return Literal(type, depth, isConst: false);
        }

        var name = Chance(0.5) ? $"v{_variables.Count}" : Pick("x", "y");
        _variables.TryAdd(name, type.ToString()!);
        return "$" + name;
    }

    private string Literal(GraphType type, int depth, bool isConst)
    {
        if (Errs())
        {
            return Pick("null", "1", "\"text\"", "NOWHERE", "{ a: 1 }", "[[1]]", "1.5", "true", "99999999999", "{}");
        }

        if (type is not NonNullType && Chance(0.1))
        {
            return "null";
        }

        string Inner(GraphType inner) => isConst ? Literal(inner, depth - 1, true) : Value(inner, depth - 1);
        return type.Nullable switch
        {
            ListType list => Chance(0.2) ? Inner(list.Inner) : $"[{string.Join(", ", Enumerable.Range(0, _random.Next(3)).Select(_ => Inner(list.Inner)))}]",
            InputObjectType { IsOneOf: true } one => OneOf(one, depth, isConst),
            InputObjectType input => "{ " + string.Join(", ", input.Fields.Where(f => Chance(0.3) && (depth > 0 || f.Type.Named is not InputObjectType)).Select(f => $"{f.Name}: {Inner(f.Type)}")) + " }",
            EnumType symbols => Pick(symbols.Values).Name,
            ScalarType scalar => scalar.Name switch
            {
                "Int" => _random.Next(-5, 100).ToString(CultureInfo.InvariantCulture),
                "Float" => Pick("1", "-2.5", "3e2"),
                "Boolean" => Pick("true", "false"),
                "ID" => Pick("7", "\"seven\""),
                "Any" => Pick("1", "{ a: [1, \"b\", { c: null }] }", "ENUM", "\"s\""),
                _ => Pick("\"text\"", "\"\"\"block\n  text\"\"\"", "\"\\u{1F600}\""),
            },
            _ => "null",
        };
    }

    private string OneOf(InputObjectType type, int depth, bool isConst)
    {
        var field = Pick(type.Fields.Where(f => depth > 0 || f.Type.Named is ScalarType));
        return $"{{ {field.Name}: {Literal(field.Type.AsNonNull(), depth - 1, isConst)} }}";
    }

    /// <summary>Takes something out of the text, or puts something in.</summary>
    private string Damage(string text)
    {
        var at = _random.Next(text.Length);
        return Chance(0.5) ? text.Remove(at, Math.Min(1 + _random.Next(3), text.Length - at)) : text.Insert(at, Pick("{", "}", "(", "\"", "$", "!", "...", "@", "#", "\\", "é", ":", "1a", "0", "|", "&", "on"));
    }

    private bool Errs() => Chance(faults);

    private bool Chance(double share) => _random.NextDouble() < share;

    private T Pick<T>(IEnumerable<T> items)
    {
        var all = items.ToArray();
        return all[_random.Next(all.Length)];
    }

    private string Pick(params string[] items) => items[_random.Next(items.Length)];
}
