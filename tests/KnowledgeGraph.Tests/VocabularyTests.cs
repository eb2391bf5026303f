namespace Platform.KnowledgeGraph.Tests;

public sealed class VocabularyTests
{
    [Theory]
    [InlineData("intrusion-set", "IntrusionSet")]
    [InlineData("attack-pattern", "AttackPattern")]
    [InlineData("ipv4-addr", "Ipv4Addr")]
    [InlineData("x-mitre-data-source", "XMitreDataSource")]
    [InlineData("x-acme_thing", "XAcmeThing")]
    [InlineData("object", "CustomObject")]
    [InlineData("Malware) DETACH DELETE n //", "Other")]
    [InlineData("", "Other")]
    [InlineData("ä", "Other")]
    public void Types_have_labels(string type, string label) => Assert.Equal(label, Vocabulary.LabelOf(type));

    [Theory]
    [InlineData("uses", "USES")]
    [InlineData("subtechnique-of", "SUBTECHNIQUE_OF")]
    [InlineData("my-own-link", "MY_OWN_LINK")]
    [InlineData("x]->() DELETE n //", "RELATED_TO")]
    public void Relationships_have_types(string name, string type) => Assert.Equal(type, Vocabulary.TypeOf(name));

    [Theory]
    [InlineData("USES", "USES")]
    [InlineData("attributed-to", "ATTRIBUTED_TO")]
    [InlineData("A|B", "RELATED_TO")]
    public void Clients_may_use_either_spelling(string text, string type) => Assert.Equal(type, Vocabulary.ReadType(text));
}
