using Platform.KnowledgeGraph.Search;
using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Tests;

public sealed class SearchTextTests
{
    [Theory]
    [InlineData("Fancy Bear", "fancy bear")]
    [InlineData("a(b|c) -d @name:x* \"e\"", "a b c d name x e")]
    [InlineData("foo-bar", "foo bar")]
    [InlineData("  ", "")]
    [InlineData("T1059.001", "t1059 001")]
    [InlineData("Größe 日本語", "größe 日本語")]
    public void Operators_do_not_get_through(string text, string query) =>
        Assert.Equal(query, SearchText.ToRediSearch(new TextSearch(text, TextMatch.Words, 10)));

    [Fact]
    public void A_prefix_is_the_beginning_of_the_last_word() =>
        Assert.Equal("cobalt str*", SearchText.ToRediSearch(new TextSearch("cobalt str", TextMatch.Prefix, 10)));

    [Fact]
    public void Slips_are_let_pass_in_longer_words()
    {
        var search = new TextSearch("jeckel ambr rat", TextMatch.Alike, 10);
        Assert.Equal("%%jeckel%% %ambr% rat", SearchText.ToRediSearch(search));
        Assert.Equal("+jeckel~2 +ambr~1 +rat", SearchText.ToLucene(search));
    }

    [Theory]
    [InlineData("Cobalt STR", "Prefix", "+cobalt +(str str*)")]
    [InlineData("-cobalt AND str* (x)", "Words", "+cobalt +and +str +x")]
    [InlineData("\" ) |", "Prefix", "")]
    public void Lucene_is_asked_for_all_words(string text, string match, string query) =>
        Assert.Equal(query, SearchText.ToLucene(new TextSearch(text, Enum.Parse<TextMatch>(match), 10)));

    [Fact]
    public void Highlights_are_html_and_escape_what_is_not()
    {
        var node = new GraphNode("x", [], "<b>Cobalt</b> Strike", new Dictionary<string, object?> { ["description"] = new string('a', 300) + " cobalt & more" });
        var highlights = Highlights.Of(node, ["cobalt"]);
        Assert.Equal("&lt;b&gt;<em>Cobalt</em>&lt;/b&gt; Strike", highlights["name"]);
        Assert.StartsWith("…", highlights["description"]);
        Assert.EndsWith("<em>cobalt</em> &amp; more", highlights["description"]);
    }
}
