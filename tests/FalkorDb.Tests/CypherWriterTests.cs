using System.Text;
using System.Text.Json;
using FalkorDb;

namespace Platform.FalkorDb.Tests;

public sealed class CypherWriterTests
{
    [Theory]
    [InlineData(null, "null")]
    [InlineData(true, "true")]
    [InlineData(false, "false")]
    [InlineData(42, "42")]
    [InlineData(long.MinValue, "-9223372036854775808")]
    [InlineData(long.MaxValue, "9223372036854775807")]
    [InlineData(1.5, "1.5")]
    [InlineData(2.0, "2.0")]
    [InlineData(0.30000000000000004, "0.30000000000000004")]
    [InlineData(1e300, "1e300")]
    [InlineData(1.5e-9, "1.5e-09")]
    [InlineData("", "\"\"")]
    [InlineData("O'Brien", "\"O'Brien\"")]
    [InlineData("a\"b\\c", "\"a\\\"b\\\\c\"")]
    [InlineData("line\nbreak\t$x `y` {}", "\"line\nbreak\t$x `y` {}\"")]
    [InlineData("日本語 🙂", "\"日本語 🙂\"")]
    public void Writes_a_value_as_a_literal(object? value, string literal) => Assert.Equal(literal, CypherWriter.Literal(value));

    [Fact]
    public void A_text_that_tries_to_leave_its_quotes_stays_inside()
    {
        var literal = CypherWriter.Literal("x\" CREATE (:Pwned) //\\");
        Assert.Equal("\"x\\\" CREATE (:Pwned) //\\\\\"", literal);
    }

    [Fact]
    public void Writes_lists_maps_and_json()
    {
        Assert.Equal("[1,\"a\",[null]]", CypherWriter.Literal(new object?[] { 1, "a", new object?[] { null } }));
        Assert.Equal("{`a b`:1,`c`:[true]}", CypherWriter.Literal(new Dictionary<string, object?> { ["a b"] = 1, ["c"] = new[] { true } }));
        var json = JsonDocument.Parse("""{"s":"q\"","i":7,"d":0.1,"n":null,"l":[1,{"x":false}]}""").RootElement;
        Assert.Equal("{`s`:\"q\\\"\",`i`:7,`d`:0.1,`n`:null,`l`:[1,{`x`:false}]}", CypherWriter.Literal(json));
    }

    [Fact]
    public void Refuses_what_the_server_cannot_take()
    {
        Assert.Throws<ArgumentException>(() => CypherWriter.Literal("a\0b"));
        Assert.Throws<ArgumentException>(() => CypherWriter.Literal(double.NaN));
        Assert.Throws<ArgumentException>(() => CypherWriter.Literal(double.PositiveInfinity));
        Assert.Throws<ArgumentException>(() => CypherWriter.Literal(new Dictionary<string, object?> { ["a`b"] = 1 }));
        Assert.Throws<ArgumentException>(() => CypherWriter.Literal(new Dictionary<string, object?> { [""] = 1 }));
        Assert.Throws<ArgumentException>(() => CypherWriter.Literal(Guid.NewGuid()));
        Assert.Throws<ArgumentException>(() => CypherWriter.Write("RETURN 1\0", null));
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("1a")]
    [InlineData("")]
    [InlineData("a=1 b")]
    [InlineData("ä")]
    public void Refuses_parameter_names_that_are_no_identifiers(string name) =>
        Assert.Throws<ArgumentException>(() => CypherWriter.Write("RETURN 1", new Dictionary<string, object?> { [name] = 1 }));

    [Fact]
    public void Puts_parameters_before_the_query()
    {
        var bytes = CypherWriter.Write("RETURN $a, $b", new Dictionary<string, object?> { ["a"] = 1, ["b"] = "x" });
        Assert.Equal("CYPHER a=1 b=\"x\" RETURN $a, $b", Encoding.UTF8.GetString(bytes.Span));
    }

    [Fact]
    public void Nesting_is_bounded()
    {
        object? value = 1;
        for (var i = 0; i < 100; i++)
        {
            value = new[] { value };
        }

        Assert.Throws<ArgumentException>(() => CypherWriter.Literal(value));
    }
}
