namespace Platform.GraphQL.Tests.Language;

public sealed class ParserTests
{
    [Theory]
    [InlineData("{ a }")]
    [InlineData("query Q($a: [Int!]! = [1, 2] @d, $b: In = { x: { y: null }, z: [] }) @a { x: f(a: $a, b: -1.5e3) @include(if: true) { ...F ... on T @x { y } ... { z } } }")]
    [InlineData("\"What it is for\" query Q(\"who\" $id: ID) { a }")]
    [InlineData("fragment F on T @a(b: ENUM) { a(s: \"tab \\t quote \\\" slash \\\\\", b: {}) }")]
    [InlineData("mutation M { a } subscription S { b }")]
    [InlineData("schema @s { query: Q mutation: M } extend schema @x")]
    [InlineData("type T implements A & B @d { \"\"\"a\nlonger\n  text\"\"\" f(a: Int = 1 @x, \"described\" b: [String!]): Int! @deprecated(reason: \"no\") }")]
    [InlineData("interface I implements J { a: Int } union U @d = A | B enum E { A @x B } input In @oneOf { a: Int = 1 } scalar S @specifiedBy(url: \"u\")")]
    [InlineData("directive @d(a: Int!) repeatable on FIELD | QUERY extend type T { b: Int } extend union U = C extend enum E { C } extend input In { c: Int } extend scalar S @y extend interface I @z")]
    public void What_is_printed_reads_as_the_same_document(string text)
    {
        var printed = SyntaxPrinter.Print(Parser.Parse(text));
        Assert.Equal(printed, SyntaxPrinter.Print(Parser.Parse(printed)));
        Assert.Equal(Bare(text), Bare(printed));
    }

    [Theory]
    [InlineData("", 1, 1)]
    [InlineData("{", 1, 2)]
    [InlineData("{\n  a(\n}", 3, 1)]
    [InlineData("{ a }\n\"text\" { b }", 2, 8)]
    [InlineData("\"text\" extend type T @a", 1, 8)]
    [InlineData("{ a(x: 01) }", 1, 9)]
    [InlineData("{ a(x: 1a) }", 1, 9)]
    [InlineData("{ a(x: 1.) }", 1, 10)]
    [InlineData("{ a(x: \"\\q\") }", 1, 9)]
    [InlineData("{ a(x: \"\\uD800\") }", 1, 9)]
    [InlineData("{ a(x: \"\\u{110000}\") }", 1, 9)]
    [InlineData("query ($a: Int = $b) { a }", 1, 18)]
    [InlineData("fragment on on T { a }", 1, 10)]
    [InlineData("{ a } }", 1, 7)]
    [InlineData("{ ..a }", 1, 3)]
    [InlineData("{ é }", 1, 3)]
    [InlineData("type T { }", 1, 10)]
    [InlineData("extend type T", 1, 14)]
    [InlineData("enum E { true }", 1, 10)]
    public void A_fault_is_told_with_its_place(string text, int line, int column)
    {
        var thrown = Assert.Throws<SyntaxException>(() => Parser.Parse(text));
        Assert.Equal(new SourceLocation(line, column), thrown.Location);
        Assert.StartsWith("Syntax Error: ", thrown.Message, StringComparison.Ordinal);
        Assert.False(thrown.IsLimit);
    }

    [Theory]
    [InlineData("\"\\u{1F600}\\u0041\\uD83D\\uDE00\\n\"", "\U0001F600A\U0001F600\n")]
    [InlineData("\"\"\"\n    Hello,\n      World!\n\n    Yours, \\\"\"\" x\n  \"\"\"", "Hello,\n  World!\n\nYours, \"\"\" x")]
    [InlineData("\"\"\"a\r\n  b\rc\"\"\"", "a\n  b\nc")]
    [InlineData("\"\"\"  \n \"\"\"", "")]
    public void Strings_say_what_the_specification_says(string text, string value) => Assert.Equal(value, Assert.IsType<StringNode>(Parser.ParseValue(text)).Value);

    [Fact]
    public void Limits_end_the_reading()
    {
        var limits = new ParserLimits(MaxLength: 1000, MaxTokens: 20, MaxDepth: 5);
        Assert.True(Assert.Throws<SyntaxException>(() => Parser.Parse(new string(' ', 1001), limits)).IsLimit);
        Assert.True(Assert.Throws<SyntaxException>(() => Parser.Parse("{" + string.Concat(Enumerable.Repeat("a ", 20)) + "}", limits)).IsLimit);
        Assert.True(Assert.Throws<SyntaxException>(() => Parser.Parse("{a{a{a{a{a{a}}}}}}", limits)).IsLimit);
        Assert.True(Assert.Throws<SyntaxException>(() => Parser.Parse("{a(a:[[[[[1]]]]])}", limits)).IsLimit);
        Assert.True(Assert.Throws<SyntaxException>(() => Parser.Parse("query($a:[[[[[[I]]]]]]){a}", limits)).IsLimit);
        Assert.Equal(20, Parser.Parse("{" + string.Concat(Enumerable.Repeat("a ", 17)) + "}", limits).TokenCount);
    }

    private static string Bare(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c) && c is not ',' and not '"'));
}
