using System.Text.Json;

namespace Platform.GraphQL.Tests.Oracle;

/// <summary>A schema and data that both sides have; what data alone cannot say is in oracle.mjs too.</summary>
internal static class Mirror
{
    public const string Sdl = """
        "Both sides have it."
        schema { query: Query mutation: Mutation subscription: Subscription }

        directive @tag(name: String! = "x", level: Level) repeatable on QUERY | MUTATION | FIELD | FRAGMENT_DEFINITION | FRAGMENT_SPREAD | INLINE_FRAGMENT | VARIABLE_DEFINITION
        directive @onlyQuery on QUERY

        scalar Any @specifiedBy(url: "https://example.com/any")
        enum Level { LOW MIDDLE HIGH @deprecated(reason: "too high") }
        interface Node { id: ID! }
        interface Named implements Node { id: ID! name: String name2: String! }
        type Person implements Named & Node {
          id: ID!
          name(upper: Boolean = false): String
          name2: String!
          age: Int
          height: Float
          level: Level
          friends(first: Int = 2, filter: Filter): [Person!]
          pets: [Pet]
          best: Named
          fail: String
          failHard: String!
          slow: String
          echo(any: Any, int: Int, float: Float, text: String, flag: Boolean, id: ID, level: Level, list: [Int!], lists: [[Int]], filter: Filter, by: By, need: Int! = 3): Any
        }
        type Dog implements Named & Node { id: ID! name: String name2: String! barks: Boolean owner: Person failHard: String! slow: String }
        type Cat implements Node { id: ID! name: String! lives: Int owner: Person! }
        union Pet = Dog | Cat
        input Filter { text: String = "all" level: Level min: Int! = 1 max: Int ids: [ID!] not: Filter and: [Filter!] by: By }
        input By @oneOf { id: ID name: String filter: Filter }
        type Query {
          me: Person
          someone(id: ID!): Person
          people: [Person!]!
          nobody: Person
          broken: Person!
          nodes: [Node]
          named: [Named!]
          pets: [Pet!]
          matrix: [[Int]]
          strict: [[Int!]!]
          wrongs: Wrong
          echo(any: Any, int: Int, float: Float, text: String, flag: Boolean, id: ID, level: Level, list: [Int!], lists: [[Int]], filter: Filter, by: By, need: Int! = 3): Any
          required(int: Int!, filter: Filter!, level: Level): Int
          fail: String
          failHard: Int!
          slow: String
        }
        type Wrong { int: Int float: Float text: String flag: Boolean level: Level list: [Int] object: Person node: Node hard: Int! inner: Wrong items: [Wrong!] }
        type Mutation { set(value: Int): Int fail: String echo(int: Int, list: [Int!]): Any me: Person }
        type Subscription { tick(every: Int): Int person: Person }
        """;

    private const string Root = """
        {
          "me": { "id": 1, "name": "Ana", "name2": "A.", "age": 41, "height": 1.75, "level": "HIGH", "slow": "there",
            "best": { "__typename": "Dog", "id": "d1", "name": "Rex", "name2": "R", "barks": true, "slow": "woof" },
            "friends": [ { "id": "2", "name": null, "name2": "B", "pets": [] }, { "id": "3", "name": "Cy", "name2": null, "friends": [ { "id": "4", "name2": "D" } ] } ],
            "pets": [ { "__typename": "Dog", "id": "d1", "name": "Rex", "name2": "R", "barks": true, "slow": "woof", "owner": { "id": 1, "name": "Ana", "name2": "A." } }, null, { "__typename": "Cat", "id": "c1", "name": null, "lives": 9 } ] },
          "someone": { "id": "7", "name": "Kim", "name2": "K", "level": "LOW", "height": 2, "slow": null, "pets": null },
          "people": [ { "id": "1", "name2": "a", "slow": "s1" }, { "id": "2", "name2": "b", "age": 3, "slow": "s2" } ],
          "nobody": null,
          "broken": null,
          "nodes": [ { "__typename": "Person", "id": "1", "name2": "a" }, null, { "__typename": "Cat", "id": "2", "name": "Tom" }, { "__typename": "Dog", "id": "3", "name2": "b" } ],
          "named": [ { "__typename": "Person", "id": "1", "name2": "a" }, { "__typename": "Dog", "id": "3", "name2": "b", "barks": false } ],
          "pets": [ { "__typename": "Cat", "id": "2", "name": "Tom", "lives": 7, "owner": { "id": "1", "name2": "x" } }, { "__typename": "Dog", "id": "3", "name": "Rex", "name2": "b" } ],
          "matrix": [ [1, null, 3], null, [] ],
          "strict": [ [1, 2], [3, null], [4] ],
          "wrongs": { "int": 1.5, "float": "x", "text": {}, "flag": "yes", "level": "NONE", "list": 5, "object": { "id": null }, "node": { "__typename": "Wrong", "id": 1 }, "hard": 2147483648,
            "inner": { "int": "12", "float": "1.5", "text": 12.5, "flag": 1, "list": [1, "2", 3.5], "hard": true }, "items": [ { "hard": 1 }, { "hard": null } ] },
          "slow": "later",
          "set": 5,
          "tick": 1,
          "person": { "id": "9", "name2": "nine" }
        }
        """;

    public static JsonElement Data { get; } = JsonElement.Parse(Root);

    public static Schema Schema { get; } = Schema.Build(schema =>
    {
        schema.Sdl(Sdl);
        foreach (var (type, fields) in new (string, string[])[]
        {
            ("Query", ["echo", "fail", "failHard", "slow"]), ("Person", ["echo", "fail", "failHard", "slow"]), ("Dog", ["failHard", "slow"]), ("Mutation", ["echo", "fail"]),
        })
        {
            foreach (var field in fields)
            {
                var builder = schema.Object(type).Field(field);
                _ = field switch
                {
                    "echo" => builder.Resolve(context => context.Arguments),
                    "slow" => builder.ResolveAsync(async context =>
                    {
                        await Task.Yield();
                        return ((JsonElement)context.Parent!).TryGetProperty("slow", out var value) ? value : null;
                    }),
                    _ => builder.Resolve(_ => throw new GraphQLException("It fails.")),
                };
            }
        }
    });

    public static GraphQLEngine Engine { get; } = new(Schema, EngineOptions.Trusted with { MaxErrors = 100 });

    public static RequestScope Scope { get; } = new() { Root = Data };
}
