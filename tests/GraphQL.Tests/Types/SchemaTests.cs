namespace Platform.GraphQL.Tests.Types;

public sealed class SchemaTests
{
    private const string Sdl = """"
        """The door."""
        schema {
          query: Root
        }

        directive @tag(name: String! = "x") repeatable on FIELD_DEFINITION | OBJECT

        interface Node {
          id: ID!
        }

        type Root implements Node @tag @tag(name: "y") {
          id: ID!
          """
          Finds
          things.
          """
          find(
            """Any part of a name."""
            text: String! = "a"
            by: By
            kinds: [Kind!] = [ONE, TWO]
          ): [Thing]
          old: Int @deprecated(reason: "gone")
        }

        union Thing = Root | Other

        type Other {
          at: Time
        }

        enum Kind {
          ONE
          TWO @deprecated
        }

        input By @oneOf {
          id: ID
          name: String
        }

        scalar Time @specifiedBy(url: "https://example.com/time")

        """";

    [Fact]
    public void Sdl_comes_back_as_it_went_in()
    {
        var schema = Schema.FromSdl(Sdl);
        Assert.Equal(Sdl, schema.ToSdl());
        Assert.Equal(Sdl, Schema.FromSdl(schema.ToSdl()).ToSdl());
    }

    [Fact]
    public void The_same_schema_comes_from_csharp()
    {
        var schema = Schema.Build(schema =>
        {
            schema.Sdl("\"The door.\" schema { query: Root } directive @tag(name: String! = \"x\") repeatable on FIELD_DEFINITION | OBJECT");
            schema.Interface("Node", type => type.Field("id: ID!"));
            schema.Query(type =>
            {
                type.Implements("Node").Directive("@tag @tag(name: \"y\")");
                type.Field("id: ID!");
                type.Field("find(text: String! = \"a\", by: By): [Thing]", "Finds\nthings.").Argument("kinds: [Kind!] = [ONE, TWO]");
                type.Field("old: Int").Deprecated("gone");
            });
            schema.Union("Thing", "Root", "Other");
            schema.Object("Other", type => type.Field("at: Time"));
            schema.Enum("Kind", type => type.Value("ONE", 1).Value("TWO @deprecated", 2));
            schema.Input("By", type => type.OneOf().Field("id: ID").Field("name: String"));
            schema.Scalar("Time").SpecifiedBy("https://example.com/time");
        });
        Assert.Equal(Schema.FromSdl(Sdl.Replace("    \"\"\"Any part of a name.\"\"\"\n", "", StringComparison.Ordinal)).ToSdl(), schema.ToSdl());
        Assert.Equal([1, 2], (List<object?>)schema.Query.Fields["find"].Arguments["kinds"].Default!);
        Assert.True(((InputObjectType)schema.Find("By")!).IsOneOf);
        Assert.Equal("gone", schema.Query.Fields["old"].DeprecationReason);
        Assert.Equal("https://example.com/time", ((ScalarType)schema.Find("Time")!).SpecifiedBy);
        Assert.Same(schema.Query, Assert.Single(((InterfaceType)schema.Find("Node")!).PossibleTypes));
    }

    [Fact]
    public void A_clr_type_gives_fields()
    {
        var schema = Schema.Build(schema =>
        {
            schema.Scalar("DateTime");
            schema.Query(type => type.Of<Seen>(except: nameof(Seen.Hidden)));
            schema.Enum("Level", type => type.Of<Level>());
        });
        Assert.Equal(["id: ID!", "name: String", "times: [Int!]!", "at: DateTime", "level: Level!"], schema.Query.Fields.Select(f => $"{f.Name}: {f.Type}"));
        Assert.Equal(["LOW", "VERY_HIGH"], ((EnumType)schema.Find("Level")!).Values.Select(v => v.Name));
    }

    [Theory]
    [InlineData("type A { a: Int }", "Query root type must be provided")]
    [InlineData("type Query { a: Nothing }", "Unknown type \"Nothing\"")]
    [InlineData("type Query { a: Int a: Int }", "can only be defined once")]
    [InlineData("type Query { a: Int } type Query { b: Int }", "only one type named")]
    [InlineData("type Query { a: In } input In { a: Int }", "must be an output type")]
    [InlineData("type Query { a(b: Query): Int }", "must be an input type")]
    [InlineData("type Query { __a: Int }", "must not begin with")]
    [InlineData("type Query implements I { a: Int } interface I { b: Int }", "Interface field I.b expected")]
    [InlineData("type Query implements I { a: Int } interface I { a: Int! }", "expects type Int!")]
    [InlineData("type Query implements I { a: Int } interface I { a(b: Int): Int }", "does not provide it")]
    [InlineData("type Query implements I { a(b: Int!): Int } interface I { a: Int }", "must not be required")]
    [InlineData("type Query implements I { a: Int } interface I implements J { a: Int } interface J { a: Int }", "must implement J")]
    [InlineData("type Query { a: U } union U = Int", "can only refer to ObjectTypes")]
    [InlineData("type Query { a: E } enum E", "one or more values")]
    [InlineData("type Query { a(b: In): Int } input In @oneOf { a: Int! }", "must be nullable")]
    [InlineData("type Query { a(b: In): Int } input In @oneOf { a: Int = 1 }", "cannot have a default")]
    [InlineData("type Query { a(b: A): Int } input A { b: B! } input B { a: A! }", "cannot be required by itself")]
    [InlineData("type Query { a(b: A): Int } input A { b: A = {} }", "contains itself")]
    [InlineData("type Query { a(b: Int = \"x\"): Int }", "cannot be \"x\"")]
    [InlineData("type Query { a(b: Int! @deprecated): Int }", "cannot be deprecated")]
    [InlineData("type Query @nothing { a: Int }", "Unknown directive")]
    [InlineData("type Query @deprecated { a: Int }", "may not be used on OBJECT")]
    [InlineData("type Query { a: Int @deprecated @deprecated }", "only be used once")]
    [InlineData("type Query { a: Int @deprecated(because: 1) }", "Unknown argument")]
    [InlineData("scalar S @specifiedBy type Query { a: S }", "needs argument \"url\"")]
    [InlineData("extend type A { a: Int } type Query { a: Int }", "Cannot extend")]
    [InlineData("schema { query: Query mutation: Query } type Query { a: Int }", "must be different")]
    [InlineData("type Query { a: Int } { a }", "is executable")]
    public void A_schema_that_is_none_is_refused(string sdl, string fault) =>
        Assert.Contains(Assert.Throws<SchemaException>(() => Schema.FromSdl(sdl)).Faults, f => f.Contains(fault, StringComparison.Ordinal));

    private enum Level
    {
        Low,
        VeryHigh,
    }

    private sealed record Seen(Guid Id, string? Name, IReadOnlyList<int> Times, DateTimeOffset? At, Level Level, object Hidden);
}
