using Platform.Agent.Answering;
using Platform.Agent.Chat;
using Platform.Agent.Planning;

namespace Platform.Agent.Tests;

public sealed class TextTests
{
    [Theory]
    [InlineData("a\r\n\r\ndata: {\"done\":true}", "a data: {\"done\":true}")]
    [InlineData("tab\tand\u0000nul", "tab and nul")]
    [InlineData("right\u202Eto left", "rightto left")]
    [InlineData("  plain  ", "plain")]
    public void Names_from_data_are_shown_on_one_line(string name, string shown) => Assert.Equal(shown, Shown.Name(name));

    [Fact]
    public void Long_names_are_cut() => Assert.Equal(121, Shown.Name(new string('x', 5000)).Length);

    [Theory]
    [InlineData("1.2.3.4", true)]
    [InlineData("1[.]2[.]3[.]4", true)]
    [InlineData("10.0.0.0/8", true)]
    [InlineData("2001:db8::1", true)]
    [InlineData("hxxps://evil[.]example/path?x=1", true)]
    [InlineData("evil.example.com", true)]
    [InlineData("someone@evil.example", true)]
    [InlineData("d41d8cd98f00b204e9800998ecf8427e", true)]
    [InlineData("T1059.001", false)]
    [InlineData("APT28", false)]
    [InlineData("3.14", false)]
    [InlineData("v18.1", false)]
    [InlineData("e.g", false)]
    public void Observables_are_told_by_shape(string word, bool expected) => Assert.Equal(expected, Observables.Is(word));

    [Fact]
    public void Words_keep_their_shape_and_lose_punctuation()
    {
        var tokens = Tokenizer.Split("What's \"Fancy Bear\", (T1059.001)? APT28's!");
        Assert.Equal(["What's", "Fancy", "Bear", "T1059.001", "APT28"], tokens.Select(t => t.Text));
        Assert.Equal([false, true, true, false, false], tokens.Select(t => t.Quoted));
        Assert.True(tokens[3].CommaBefore);
        Assert.True(tokens[4].Possessive);
    }

    [Fact]
    public void A_refusal_names_the_words_and_near_questions()
    {
        var text = Replies.Refusal((Refused)Corpus.Ask("How many unicorns does APT28 ride?"));
        Assert.Contains("“unicorns”, “ride”", text, StringComparison.Ordinal);
        Assert.Contains("How many techniques does APT28 use?", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_question_back_says_each_meaning()
    {
        var text = Replies.Question((Unclear)Corpus.Ask("How many techniques do APT28 and APT29 use?"));
        Assert.Contains("1. How many techniques used by APT28 (G0007) and used by APT29 (G0016)?", text, StringComparison.Ordinal);
        Assert.Contains("2. How many techniques used by APT28 (G0007) or APT29 (G0016)?", text, StringComparison.Ordinal);
    }

    [Fact]
    public void All_faults_of_a_request_come_at_once()
    {
        var outcome = new ChatRequestValidator().Validate(new ChatRequest(new string('x', 8001), "not-an-id"));
        Assert.Equal(["ConversationId", "Message"], outcome.Errors.Select(e => e.PropertyName.Replace("_", "", StringComparison.Ordinal)).Select(n => n.Equals("message", StringComparison.OrdinalIgnoreCase) ? "Message" : "ConversationId").Order());
        Assert.False(new ChatRequestValidator().Validate(new ChatRequest(" ")).IsValid);
        Assert.False(new ChatRequestValidator().Validate(new ChatRequest("a\0b")).IsValid);
        Assert.True(new ChatRequestValidator().Validate(new ChatRequest("How many?")).IsValid);
    }
}
