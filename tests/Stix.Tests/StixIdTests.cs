namespace Stix.Tests;

public sealed class StixIdTests
{
    [Theory]
    [InlineData("indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f", "indicator")]
    [InlineData("x-mitre-tactic--2558fd61-8c75-4730-94c4-11926db2a263", "x-mitre-tactic")]
    [InlineData("ipv4-addr--FF26C055-6336-5BC5-B98D-13D6226742DD", "ipv4-addr")]
    public void Reads_well_formed(string id, string type)
    {
        Assert.True(StixId.TrySplit(id, out var found));
        Assert.Equal(type, found.ToString());
        Assert.True(StixId.IsOfType(id, type));
    }

    [Theory]
    [InlineData("")]
    [InlineData("indicator")]
    [InlineData("indicator--")]
    [InlineData("indicator-8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f")]
    [InlineData("Indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f")]
    [InlineData("indicator--8e2e2d2b17d44cbf938f98ee46b3cd3f0000")]
    [InlineData("indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3g")]
    [InlineData("ab--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f")]
    [InlineData("../../etc--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f")]
    public void Refuses_malformed(string id) => Assert.False(StixId.IsValid(id));

    [Fact]
    public void Refuses_a_type_of_more_than_250_characters() =>
        Assert.False(StixId.IsValid(new string('a', 251) + "--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"));

    [Fact]
    public void Knows_the_kinds()
    {
        Assert.Equal(18, StixTypes.ObservableObjects.Count);
        Assert.Equal(StixKind.Domain, StixTypes.KindOf("intrusion-set"));
        Assert.Equal(StixKind.Observable, StixTypes.KindOf("x509-certificate"));
        Assert.Equal(StixKind.Relationship, StixTypes.KindOf("sighting"));
        Assert.Equal(StixKind.Meta, StixTypes.KindOf("marking-definition"));
        Assert.Equal(StixKind.Custom, StixTypes.KindOf("x-mitre-tactic"));
    }
}
