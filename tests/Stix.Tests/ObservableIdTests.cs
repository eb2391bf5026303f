using System.Text.Json;

namespace Stix.Tests;

public sealed class ObservableIdTests
{
    [Theory]
    [InlineData("ipv4-addr", """{"value":"198.51.100.3"}""", "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4")]
    [InlineData("domain-name", """{"value":"example.com","type":"domain-name"}""", "domain-name--bedb4899-d24b-5401-bc86-8f6b4cc18ec7")]
    [InlineData("file", """{"name":"q\"x","size":3,"hashes":{"SHA-256":"bb","MD5":"aa"}}""", "file--83081dfc-a9a1-583d-afd3-ffeece6bd127")]
    [InlineData("autonomous-system", """{"number":15139.0,"name":"ignored"}""", "autonomous-system--3aa27478-50b5-5ab8-9da9-cdc12b657fff")]
    public void Follows_section_2_9(string type, string json, string expected) =>
        Assert.Equal(expected, ObservableId.Compute(type, JsonDocument.Parse(json).RootElement));

    [Theory]
    [InlineData("process", """{"pid":1}""")]
    [InlineData("software", """{"languages":["en"]}""")]
    [InlineData("indicator", """{"name":"x"}""")]
    public void Has_none_without_contributing_properties(string type, string json) =>
        Assert.Null(ObservableId.Compute(type, JsonDocument.Parse(json).RootElement));

    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "0")]
    [InlineData("1.0", "1")]
    [InlineData("-1.5", "-1.5")]
    [InlineData("333333333.33333329", "333333333.3333333")]
    [InlineData("1E30", "1e+30")]
    [InlineData("4.50", "4.5")]
    [InlineData("2e-3", "0.002")]
    [InlineData("0.000000000000000000000000001", "1e-27")]
    [InlineData("123456789012345680000", "123456789012345680000")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("0.0000001", "1e-7")]
    public void Writes_numbers_as_RFC_8785(string json, string expected) =>
        Assert.Equal(expected, CanonicalJson.Write(JsonDocument.Parse(json).RootElement));

    [Fact]
    public void Writes_the_example_of_RFC_8785_section_3_2_2()
    {
        const string Json = """{"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}""";
        Assert.Equal(
            "{\"literals\":[null,true,false],\"string\":\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}",
            CanonicalJson.Write(JsonDocument.Parse(Json).RootElement));
    }
}
