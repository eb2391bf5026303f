namespace Platform.GraphQL.Tests.Oracle;

/// <summary>Documents for each rule of the specification: one that keeps it, and some that break it.</summary>
public static class HandWritten
{
    private static readonly string[] Documents =
    [
        // 2 Language
        "", "   ", "#", "{", "{}", "{ me }", "{ me { } }", "{ me { id } } extra", "query", "query Q", "query Q {", "query Q() { me { id } }", "\uFEFF{ me { id } }", "{ me { id, , , name } }",
        "{ me { id } } # end", "{ me(: 1) { id } }", "query Q @tag { me { id } }", "\"described\" query Q { me { id } }", "\"described\" { me { id } }", "\"\"\"described\"\"\" fragment F on Person { id } { me { ...F } }",
        "query Q(\"described\" $id: ID!) { someone(id: $id) { id } }", "query ($a: Int = $b, $b: Int) { echo(int: $a) }", "{ echo(text: \"\\u{1F600}\\uD83D\\uDE00\") }", "{ echo(text: \"\\uD83D\") }", "{ echo(text: \"\\u{D800}\") }",
        "{ echo(text: \"\\u{}\") }", "{ echo(text: \"\\u{00000041}\") }", "{ echo(text: \"\\u{000000041}\") }", "{ echo(text: \"a\nb\") }", "{ echo(text: \"a\tb\") }", "{ echo(text: \"\u0000\") }", "{ echo(text: \"\"\"a\nb \\\"\"\" \"\"\") }", "{ echo(text: \"\"\"a) }",
        "{ echo(int: 00) }", "{ echo(int: -0) }", "{ echo(int: +1) }", "{ echo(float: 1.) }", "{ echo(float: .5) }", "{ echo(float: 1e) }", "{ echo(float: 1e+5) }", "{ echo(float: 1.5E-3) }", "{ echo(float: 0xF) }", "{ echo(float: 1.2.3) }", "{ echo(int: 1a) }", "{ echo(int: 1_0) }",
        "{ ... on Query { me { id } } }", "{ ... { me { id } } }", "{ ...on }", "fragment on on Query { fail } { ...on }", "{ me { ...F } } fragment F on Person { id }", "{ me { id } } fragment F(a: 1) on Person { id }", "{ me { ...F(a: 1) } } fragment F on Person { id }",
        "query on { me { id } }", "{ on: me { true: id false: name null: name2 } }", "{ type: me { query: id } }", "{ echo(level: true) }", "{ echo(any: $) }", "{ a: b: me { id } }", "subscription S { tick } mutation M { set } query Q { fail }",
        "{ me { id } } type T { a: Int }", "type T { a: Int }", "extend type Query { b: Int }", "schema { query: Query }", "{ me { id } } \"only a string\"", "query Q($a: Int! = 1) { echo(int: $a) }", "query Q($a: [[Int!]!]!) { echo(any: $a) }", "query Q($a: Int!!) { echo(int: $a) }",
        "{ echo(any: [1, [2, {a: {b: []}}]]) }", "{ echo(any: {a: 1, a: 2}) }", "{ echo(filter: {text: \"a\", text: \"b\"}) }", "{ me {id}}{ me {id}}",
        // 5.2 Operations
        "query A { fail } query A { fail }", "query A { fail } mutation A { fail }", "{ fail } query A { fail }", "query A { fail } { fail }", "{ fail } { fail }", "{ fail } fragment F on Query { fail }",
        "subscription { tick }", "subscription { tick person { id } }", "subscription { a: tick b: tick }", "subscription { tick tick }", "subscription { __typename }", "subscription { ...F } fragment F on Subscription { tick }", "subscription { ...F tick } fragment F on Subscription { person { id } }",
        "subscription { tick @skip(if: true) }", "subscription ($b: Boolean!) { ... @include(if: $b) { tick } }", "subscription { ...F } fragment F on Subscription { tick @include(if: true) }", "subscription { person { id @skip(if: true) name } }", "subscription { person { id } person { name } }",
        // 5.3 Fields
        "{ nothing }", "{ me { nothing } }", "{ me { id { a } } }", "{ people }", "{ nodes { name } }", "{ nodes { id __typename ... on Named { name } } }", "{ pets { id } }", "{ pets { __typename } }", "{ me { __schema { types { name } } } }", "{ __type { name } }", "{ __type(name: \"Person\") { name } }", "mutation { __schema { types { name } } }",
        "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }", "{ __schema { types { fields { type { ...T } } } } } fragment T on __Type { fields { type { fields { name } } } }", "{ __schema { types { fields { type { name } } inputFields { type { name } } } } }",
        "{ me { name: id name } }", "{ me { id name: name2 name } }", "{ me { a: name(upper: true) a: name(upper: false) } }", "{ me { a: name(upper: true) a: name } }", "{ me { a: name(upper: true) a: name(upper: true) } }", "query ($u: Boolean) { me { a: name(upper: $u) a: name(upper: $u) } }", "query ($u: Boolean, $v: Boolean) { me { a: name(upper: $u) a: name(upper: $v) } }",
        "{ pets { ... on Dog { name } ... on Cat { name } } }", "{ pets { ... on Dog { x: name } ... on Cat { x: lives } } }", "{ pets { ... on Dog { x: barks } ... on Cat { x: name } } }", "{ pets { ... on Dog { x: owner { id } } ... on Cat { x: lives } } }", "{ pets { ... on Dog { x: owner { id } } ... on Cat { y: owner { id } } } }", "{ pets { ... on Dog { x: owner { a: id } } ... on Cat { x: owner { a: name } } } }",
        "{ nodes { ... on Person { x: name } ... on Dog { x: name2 } } }", "{ nodes { ... on Person { x: name } ... on Dog { x: name } } }", "{ nodes { ... on Person { x: id } ... on Cat { x: id } ... on Node { x: id } } }", "{ nodes { ... on Person { x: name } ... on Named { x: name } ... on Dog { x: name } } }", "{ nodes { ... on Named { x: name(upper: true) } } }", "{ nodes { ... on Person { x: name(upper: true) } ... on Dog { x: name } } }", "{ nodes { ... on Person { x: name(upper: true) } ... on Named { x: name } } }",
        "{ me { friends { id } friends { name } } }", "{ me { friends(first: 1) { id } friends { name } } }", "{ me { friends { a: id } friends { a: name } } }", "{ me { ...A ...B } } fragment A on Person { x: id } fragment B on Person { x: name2 }", "{ me { echo(filter: {text: \"a\", min: 1}) echo(filter: {min: 1, text: \"a\"}) } }", "{ me { echo(list: [1, 2]) echo(list: [2, 1]) } }", "{ me { echo(text: \"a\") echo(text: \"\"\"a\"\"\") } }", "{ me { echo(float: 1.0) echo(float: 1.00) } }",
        "{ me { id ...F } } fragment F on Person { best { ... on Person { x: id } } best { ... on Dog { x: barks } } }", "fragment F on Person { x: id x: name } { me { id } }", "fragment F on Nowhere { x: a x: b } { me { id } }", "{ a: me { id } a: someone(id: 1) { id } }", "{ a: matrix a: strict }", "{ a: me { id } a: people { id } }", "{ a: me { id } a: broken { id } }",
        // 5.4 Arguments
        "{ someone { id } }", "{ someone(id: 1) { id } }", "{ someone(id: 1, id: 2) { id } }", "{ someone(id: 1, what: 2) { id } }", "{ echo(need: null) }", "{ echo(need: 3) }", "{ required(int: 1) }", "{ required(int: 1, filter: {}) }", "{ me { id @skip } }", "{ me { id @skip(if: true, unless: false) } }", "{ me { id @skip(if: null) } }", "{ nothing(a: 1, a: 2) }",
        // 5.5 Fragments
        "{ me { ...F } } fragment F on Person { id } fragment F on Person { name }", "{ me { ...F } } fragment F on Nowhere { id }", "{ me { ...F } } fragment F on Level { id }", "{ me { ... on Int { id } } }", "{ me { ... on Filter { text } } }", "fragment F on Person { id } { me { id } }", "{ me { ...G } }", "{ me { ...F } } fragment F on Person { ...F }", "{ me { ...F } } fragment F on Person { id ...G } fragment G on Person { name ...F }",
        "{ me { ...F } } fragment F on Person { friends { ...F } }", "{ me { ... on Dog { barks } } }", "{ me { ... on Cat { lives } } }", "{ me { ... on Named { name } } }", "{ me { ... on Node { id } } }", "{ me { ... on Pet { __typename } } }", "{ pets { ... on Person { id } } }", "{ pets { ... on Named { name } } }", "{ pets { ...F } } fragment F on Named { name }", "{ pets { ...F } } fragment F on Person { name }", "{ named { ... on Cat { lives } } }", "{ me { ...A } } fragment A on Person { ...B } fragment B on Person { ...C } fragment C on Person { id }",
        "{ me { id } } fragment A on Person { ...B } fragment B on Person { ...A }",
        // 5.6 Values
        "{ echo(int: 1.0) }", "{ echo(int: \"1\") }", "{ echo(int: 2147483647) }", "{ echo(int: 2147483648) }", "{ echo(int: -2147483648) }", "{ echo(float: 1) }", "{ echo(float: \"1\") }", "{ echo(text: 1) }", "{ echo(text: TEXT) }", "{ echo(flag: 1) }", "{ echo(flag: \"true\") }", "{ echo(id: 1) }", "{ echo(id: 1.5) }", "{ echo(id: ID) }", "{ echo(id: true) }", "{ echo(level: LOW) }", "{ echo(level: low) }", "{ echo(level: \"LOW\") }", "{ echo(level: 1) }",
        "{ echo(list: 1) }", "{ echo(list: [1, null]) }", "{ echo(list: [1, \"a\"]) }", "{ echo(list: null) }", "{ echo(lists: 1) }", "{ echo(lists: [1]) }", "{ echo(lists: [[1], null]) }", "{ echo(lists: [[[1]]]) }", "{ echo(filter: {}) }", "{ echo(filter: { min: null }) }", "{ echo(filter: { nothing: 1 }) }", "{ echo(filter: 1) }", "{ echo(filter: [{}]) }", "{ echo(filter: { not: { and: [{ min: 1 }, { max: 2 }] } }) }", "{ echo(filter: { and: { min: 1 } }) }",
        "{ echo(by: {}) }", "{ echo(by: { id: 1 }) }", "{ echo(by: { id: 1, name: \"a\" }) }", "{ echo(by: { id: null }) }", "{ echo(by: { id: 1, name: null }) }", "{ echo(by: { nothing: 1 }) }", "{ echo(by: { filter: { min: 2 } }) }", "query ($id: ID) { echo(by: { id: $id }) }", "query ($id: ID!) { echo(by: { id: $id }) }", "query ($id: ID = 1) { echo(by: { id: $id }) }", "query ($id: ID!) { echo(by: { id: $id, name: \"a\" }) }", "query ($by: By) { echo(by: $by) }",
        // 5.7 Directives
        "{ me { id @unknown } }", "query @skip(if: true) { me { id } }", "{ me @onlyQuery { id } }", "query @onlyQuery { me { id } }", "mutation @onlyQuery { set }", "query @onlyQuery @onlyQuery { me { id } }", "query @tag @tag { me { id } }", "{ me { id @skip(if: true) @skip(if: false) } }", "{ me { id @skip(if: true) @include(if: false) } }", "query ($a: Int @tag) { echo(int: $a) }", "query ($a: Int @skip(if: true)) { echo(int: $a) }", "{ me { id @tag(name: 1) } }", "{ me { id @tag(level: LOW) } }", "{ me { ...F @tag } } fragment F on Person @tag { ... @tag { id } }", "{ me { id @deprecated } }", "{ me { id @tag(name: null) } }",
        // 5.8 Variables
        "query ($a: Int, $a: Int) { echo(int: $a) }", "query ($a: Nope) { echo(any: $a) }", "query ($a: Person) { echo(any: $a) }", "query ($a: [Pet!]) { echo(any: $a) }", "query ($a: Filter) { echo(filter: $a) }", "{ echo(int: $a) }", "query ($a: Int) { me { ...F } } fragment F on Person { echo(int: $a) }", "query A ($a: Int) { me { ...F } } query B { me { ...F } } fragment F on Person { echo(int: $a) }", "query ($a: Int) { me { id } }", "query ($a: Int, $b: Int) { echo(int: $b) }", "query ($a: Int) { me { ...F } } fragment F on Person { id ...G } fragment G on Person { echo(any: { x: [$a] }) }",
        "query ($a: Int) { echo(float: $a) }", "query ($a: Int) { echo(int: $a) }", "query ($a: Int!) { echo(int: $a) }", "query ($a: Int) { required(int: $a, filter: {}) }", "query ($a: Int = 1) { required(int: $a, filter: {}) }", "query ($a: Int = null) { required(int: $a, filter: {}) }", "query ($a: Int) { echo(need: $a) }", "query ($a: Int) { echo(filter: { min: $a }) }", "query ($a: Int) { echo(list: [$a]) }", "query ($a: Int!) { echo(list: [$a]) }", "query ($a: [Int]) { echo(list: $a) }", "query ($a: [Int!]) { echo(list: $a) }", "query ($a: [Int!]!) { echo(lists: [$a]) }", "query ($a: Int) { echo(list: $a) }", "query ($a: Int!) { echo(lists: $a) }",
        "query ($a: Boolean) { me { id @skip(if: $a) } }", "query ($a: Boolean!) { me { id @skip(if: $a) } }", "query ($a: Boolean = true) { me { id @skip(if: $a) } }", "query ($a: Int = \"x\") { echo(int: $a) }", "query ($a: Filter = { min: null }) { echo(filter: $a) }", "query ($a: Filter = { text: \"a\" }) { echo(filter: $a) }", "query ($a: By = { id: 1, name: 2 }) { echo(by: $a) }", "query ($a: Level = LOW) { echo(level: $a) }", "query ($a: Level = NOPE) { echo(level: $a) }", "query ($a: String) { echo(id: $a) }", "query ($a: ID) { echo(text: $a) }", "query ($a: Any) { echo(any: $a) }", "query ($a: Int) { nothing(a: $a) }", "query ($a: Int) { echo(nothing: $a) }",
    ];

    private static readonly (string Document, string Variables)[] Run =
    [
        ("{ me { id name age height level best { id __typename } } nobody { id } }", "{}"),
        ("{ __typename me { __typename x: __typename } }", "{}"),
        ("{ pets { __typename ... on Cat { lives owner { id } } ... on Dog { barks } } nodes { id ... on Named { name2 } } }", "{}"),
        ("{ me { pets { ... on Cat { lives cat: name } ... on Dog { name owner { name } } } } }", "{}"),
        ("{ me { friends { name2 friends { name2 } } } }", "{}"),
        ("{ broken { id } me { id } }", "{}"),
        ("{ failHard me { id } }", "{}"),
        ("{ fail me { fail id } }", "{}"),
        ("{ me { id failHard } someone(id: 1) { id } }", "{}"),
        ("{ me { best { ... on Dog { name failHard } } name } }", "{}"),
        ("{ matrix strict }", "{}"),
        ("{ wrongs { int float text flag level list object { name } node { id } } }", "{}"),
        ("{ wrongs { inner { int float text flag list } } }", "{}"),
        ("{ wrongs { hard } }", "{}"),
        ("{ wrongs { inner { hard } } }", "{}"),
        ("{ wrongs { items { hard } } }", "{}"),
        ("{ slow me { slow best { ... on Dog { slow } } pets { ... on Dog { slow } } } people { slow } }", "{}"),
        ("mutation { a: set(value: 1) fail b: set c: echo(int: 3) me { slow } }", "{}"),
        ("{ z: me { b: id a: name } a: nobody { id } ...F } fragment F on Query { m: me { name } z: me { c: age } }", "{}"),
        ("query ($a: Boolean!, $b: Boolean = true) { me { id @skip(if: $a) name @include(if: $b) ...F @skip(if: $b) ... @include(if: $a) { level } age @include(if: true) @skip(if: true) } } fragment F on Person { height }", """{ "a": true }"""),
        ("query ($f: Filter, $l: [Int!], $ll: [[Int]], $any: Any) { echo(filter: $f, list: $l, lists: $ll, any: $any) }", """{ "f": { "and": [{ "max": 3 }, { "by": { "id": 5 } }], "ids": "one" }, "l": 4, "ll": [1, [2, null]], "any": { "a": [1.5, null] } }"""),
        ("query ($f: Filter, $l: [Int!]) { echo(filter: $f, list: $l) }", """{ "f": null }"""),
        ("query ($f: Filter) { echo(filter: $f) }", """{ "f": { "nothing": 1 } }"""),
        ("query ($f: Filter) { echo(filter: $f) }", """{ "f": { "min": null } }"""),
        ("query ($f: By) { echo(by: $f) }", """{ "f": { "id": 1, "name": "a" } }"""),
        ("query ($f: By) { echo(by: $f) }", """{ "f": { "id": null } }"""),
        ("query ($f: By) { echo(by: $f) }", """{ "f": { "name": "a" } }"""),
        ("query ($i: Int, $f: Float, $s: String, $b: Boolean, $d: ID, $e: Level) { echo(int: $i, float: $f, text: $s, flag: $b, id: $d, level: $e) }", """{ "i": 1.0, "f": 2, "s": "x", "b": false, "d": 12, "e": "MIDDLE" }"""),
        ("query ($i: Int) { echo(int: $i) }", """{ "i": "1" }"""),
        ("query ($i: Int) { echo(int: $i) }", """{ "i": 2147483648 }"""),
        ("query ($i: Float) { echo(float: $i) }", """{ "i": "1" }"""),
        ("query ($i: ID) { echo(id: $i) }", """{ "i": 1.5 }"""),
        ("query ($i: Level) { echo(level: $i) }", """{ "i": "NOPE" }"""),
        ("query ($i: Int!) { echo(int: $i) }", "{}"),
        ("query ($i: Int!) { echo(int: $i) }", """{ "i": null }"""),
        ("query ($i: Int! = 4, $j: Int = 5, $k: Int) { echo(int: $i, need: $j, filter: { min: $j, max: $k }) }", """{ "j": 6 }"""),
        ("query ($j: Int = 5) { echo(need: $j) }", """{ "j": null }"""),
        ("query ($a: Int, $b: Int!) { echo(list: [$b, 2], lists: [[$a], null, [$b]], any: { x: $b, y: [$b] }) }", """{ "b": 7 }"""),
        ("{ echo(filter: { not: { not: {} } }, by: { filter: { min: 4 } }, lists: 3, list: 3, id: 12, float: 3, any: { a: ENUM, b: [1, 2.5, \"x\", true, null] }) }", "{}"),
        ("{ me { name(upper: true) friends(first: 1, filter: { text: null }) { id } } }", "{}"),
        ("{ __type(name: \"Person\") { name kind interfaces { name } possibleTypes { name } fields { name type { name kind ofType { name } } args { name defaultValue } } } }", "{}"),
        ("{ __type(name: \"Filter\") { inputFields { name defaultValue type { name kind } } isOneOf } by: __type(name: \"By\") { isOneOf } any: __type(name: \"Any\") { specifiedByURL isOneOf } no: __type(name: \"No\") { name } }", "{}"),
        ("{ __type(name: \"Level\") { enumValues { name } all: enumValues(includeDeprecated: true) { name isDeprecated deprecationReason } } __schema { queryType { name } mutationType { name } description } }", "{}"),
    ];

    public static TheoryData<string> All => [.. Documents];

    public static TheoryData<string, string> Executed
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (document, variables) in Run)
            {
                data.Add(document, variables);
            }

            return data;
        }
    }
}
