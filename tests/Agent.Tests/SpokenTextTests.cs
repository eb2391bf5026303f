using Platform.Agent.Models;

namespace Platform.Agent.Tests;

/// <summary>What a model says is held to its sources and carries nothing away.</summary>
public sealed class SpokenTextTests
{
    [Theory]
    [InlineData("See ![x](https://evil.example/?q=1) there", "See [x](https://evil.example/?q=1) there")]
    [InlineData("a <IMG src=x> b", "a &lt;img src=x> b")]
    [InlineData("Hello! [1] is 3 < 5", "Hello! [1] is 3 < 5")]
    [InlineData("ends with !", "ends with !")]
    [InlineData("ends with <im", "ends with <im")]
    public void Nothing_that_a_client_would_fetch_gets_through_however_it_is_cut(string text, string safe)
    {
        for (var size = 1; size <= text.Length; size++)
        {
            var spoken = new SpokenText();
            var said = string.Concat(text.Chunk(size).Select(piece => spoken.Next(new string(piece)))) + spoken.Rest();
            Assert.Equal(safe, said);
        }
    }

    [Theory]
    [InlineData("APT28 uses 91 techniques [1].", "")]
    [InlineData("It uses 1,234 of 2.50 and 007.", "")]
    [InlineData("1. first\n2. second\nfrom 2017 [2]", "")]
    [InlineData("There are 92, and 92 again, and 5.", "92, 5")]
    public void Figures_that_nothing_supports_are_named(string text, string figures)
    {
        var grounds = new Grounding("What of 2017 and 7?");
        grounds.Add("""{"total":91,"x":1234,"y":2.5}""", 1);
        Assert.Equal(figures, string.Join(", ", grounds.Unsupported(text)));
    }
}
