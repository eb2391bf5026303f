using System.Text;

namespace Platform.GraphQL.Tests.Limits;

/// <summary>Documents that were made to cost.</summary>
public static class HostileDocuments
{
    /// <summary>What they are made for.</summary>
    public const string Sdl = """
        type Query {
          things(first: Int = 20): [Thing!] @listSize(assumedSize: 20, slicingArguments: ["first"])
          page(first: Int): Page! @listSize(assumedSize: 10, slicingArguments: ["first"], sizedFields: ["edges", "nodes"]) @cacheControl(maxAge: 60)
          one: Thing @cacheControl(maxAge: 30, scope: PRIVATE)
          take(list: [Int], text: String): Int
          either: Either
        }
        type Page { edges: [Edge] @cost(weight: 0) nodes: [Thing] @cacheControl(inheritMaxAge: true) }
        type Edge { node: Thing }
        type Thing { id: ID! thing: Thing things(first: Int): [Thing] @listSize(assumedSize: 5, slicingArguments: ["first"]) dear: Thing @cost(weight: 50) short: Int @cacheControl(maxAge: 5) }
        type Other { id: ID! thing: Thing }
        union Either = Thing | Other
        """;

    public static readonly IReadOnlyDictionary<string, Func<string>> All = new Dictionary<string, Func<string>>
    {
        ["deep"] = () => string.Concat(Enumerable.Repeat("{a", 5_000)) + string.Concat(Enumerable.Repeat("}", 5_000)),
        ["deep within the parser's bound"] = () => string.Concat(Enumerable.Repeat("{one", 45)) + string.Concat(Enumerable.Repeat("}", 45)),
        ["deep lists"] = () => "{take(list:" + new string('[', 40_000) + "})",
        ["deep types"] = () => "query($a:" + new string('[', 40_000) + ")",
        ["wide"] = () => "{" + string.Concat(Enumerable.Repeat("one{id} ", 2_000_000 / 8)) + "}",
        ["wide within the tokens"] = () => "{" + string.Concat(Enumerable.Repeat("one{id}", 1_200)) + "}",
        ["alias bomb"] = () => "{" + string.Concat(Enumerable.Range(0, 1_000).Select(i => $"a{i}:one{{id}}")) + "}",
        ["unknown fields"] = () => "{" + string.Concat(Enumerable.Range(0, 990).Select(i => $"thingx{i} ")) + "}",
        ["unknown arguments"] = () => "{take(" + string.Concat(Enumerable.Range(0, 1_600).Select(i => $"a{i}:1 ")) + ")}",
        ["one argument again and again"] = () => "{take(" + string.Concat(Enumerable.Repeat("list:1 ", 1_600)) + ")}",
        ["one name with different arguments"] = () => "{" + string.Concat(Enumerable.Range(0, 600).Select(i => $"take(list:{i})")) + "}",
        ["fragment cycle"] = () => "{...F0}" + string.Concat(Enumerable.Range(0, 40).Select(i => $"fragment F{i} on Query{{...F{(i + 1) % 40}}}")),
        ["fragments that double"] = () => "{...F0}" + string.Concat(Enumerable.Range(0, 40).Select(i => $"fragment F{i} on Query{{...F{i + 1} ...F{i + 1}}}")) + "fragment F40 on Query{one{id}}",
        ["nested fragments that double"] = () => "{one{...F0}}" + string.Concat(Enumerable.Range(0, 40).Select(i => $"fragment F{i} on Thing{{a:thing{{...F{i + 1}}}b:thing{{...F{i + 1}}}}}")) + "fragment F40 on Thing{id}",
        ["many fragments"] = () => "{one{id}}" + string.Concat(Enumerable.Range(0, 900).Select(i => $"fragment F{i} on Query{{one}}")),
        ["many operations"] = () => string.Concat(Enumerable.Range(0, 900).Select(i => $"query Q{i}{{one}}")),
        ["directives"] = () => "{one{id" + string.Concat(Enumerable.Repeat("@skip(if:true)", 700)) + "}}",
        ["unknown directives"] = () => "{one{id" + string.Concat(Enumerable.Repeat("@a", 2_400)) + "}}",
        ["huge list"] = () => "{take(list:[" + string.Concat(Enumerable.Repeat("1,", 1_000_000)) + "])}",
        ["huge list asked for"] = () => "{things(first:2147483647){things(first:2147483647){id}}}",
        ["variables"] = () => "query(" + string.Concat(Enumerable.Range(0, 1_200).Select(i => $"$a{i}:Int ")) + "){one{id}}",
        ["10 MB of text"] = () => "{take(text:\"" + new string('a', 10_000_000) + "\")}",
        ["10 MB of nothing"] = () => new string(' ', 10_000_000),
        ["10 MB of comments"] = () => new StringBuilder().Insert(0, "#aaaaaaaa\n", 1_000_000).ToString(),
        ["lines of errors"] = () => "{" + string.Concat(Enumerable.Repeat("\n\n\n\n\n\n\n\n\n\n\n\nq", 950)) + "}",
        ["introspection of introspection"] = () => "{__schema{types{fields{type{fields{type{fields{type{fields{name}}}}}}}}}}",
    };
}
