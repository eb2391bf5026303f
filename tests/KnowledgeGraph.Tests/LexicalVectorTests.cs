using Platform.KnowledgeGraph.Search;

namespace Platform.KnowledgeGraph.Tests;

public sealed class LexicalVectorTests
{
    private static readonly Dictionary<string, double> Even = [];

    [Theory]
    [InlineData("Fansy Baer", "Fancy Bear", "Cozy Duke")]
    [InlineData("mimikats", "Mimikatz", "Miner")]
    [InlineData("goggle.com", "google.com", "example.org")]
    public void What_is_spelled_alike_is_nearer(string question, string alike, string other)
    {
        var asked = LexicalVector.OfQuestion(question, Even);
        Assert.True(LexicalVector.Cosine(asked, Of(alike)) > LexicalVector.Cosine(asked, Of(other)) + 0.1);
        Assert.True(Dot(LexicalVector.Fold(asked), LexicalVector.Fold(Of(alike))) > Dot(LexicalVector.Fold(asked), LexicalVector.Fold(Of(other))) + 0.1);
    }

    [Fact]
    public void A_rare_word_says_more_than_a_common_one()
    {
        var asked = LexicalVector.OfQuestion("bear group", new Dictionary<string, double> { ["bear"] = 5, ["group"] = 1 });
        Assert.True(LexicalVector.Cosine(asked, Of("bear")) > LexicalVector.Cosine(asked, Of("group")));
    }

    [Fact]
    public void Vectors_have_length_one_and_the_same_text_the_same_vector()
    {
        var vector = LexicalVector.Fold(Of("Some Name"));
        Assert.Equal(LexicalVector.Dimensions, vector.Length);
        Assert.Equal(1, Dot(vector, vector), 1);
        Assert.Equal(vector, LexicalVector.Fold(Of("some NAME")));
        Assert.Equal(1, LexicalVector.Cosine(Of("Some Name"), Of("name some")), 9);
        Assert.Empty(Of("--- !"));
    }

    private static Dictionary<uint, double> Of(string name) => LexicalVector.Of(new Dictionary<string, object?> { ["name"] = name });

    private static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
}
