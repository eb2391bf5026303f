using System.Text;
using Platform.ThreatIntel.Formats;
using Platform.ThreatIntel.Taxii;

namespace Platform.ThreatIntel.Tests;

public sealed class FormatTests
{
    [Theory]
    [InlineData("a,b\n1,2", "a|b/1|2")]
    [InlineData("a,b\r\n\"1,x\",\"2\"\"y\"\r\n", "a|b/1,x|2\"y")]
    [InlineData("# no\n\na\n\"line\nbreak\"", "a/line\nbreak")]
    [InlineData("", "")]
    public void Tables_are_read_as_rfc_4180_says(string text, string rows) =>
        Assert.Equal(rows, string.Join('/', CsvRows.Read(text, ',').Select(row => string.Join('|', row))));

    [Theory]
    [InlineData("see hxxp://evil[.]example/a, then 203.0.113[.]5.", "http://evil.example/a 203.0.113.5")]
    [InlineData("invoice.exe 10.0.0.1 www.google.com version 1.2.3", "")]
    [InlineData("evil.example EVIL.example (evil[dot]example)", "evil.example")]
    [InlineData("boss(at)evil.example d41d8cd98f00b204e9800998ecf8427e", "boss@evil.example d41d8cd98f00b204e9800998ecf8427e")]
    public void Reports_name_each_observable_once(string text, string values) =>
        Assert.Equal(values, string.Join(' ', ReportText.Find(text).Select(found => found.Value)));

    [Fact]
    public void A_position_survives_its_text_and_no_other_text_is_one()
    {
        var position = new TaxiiPosition(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMicroseconds(7), 42);
        Assert.True(TaxiiPosition.TryDecode(position.Encode(), out var read));
        Assert.Equal(position, read);
        foreach (var text in new[] { "", "x", new string('!', 22), new string('_', 22), position.Encode() + "a" })
        {
            Assert.False(TaxiiPosition.TryDecode(text, out _));
        }
    }

    [Theory]
    [InlineData("{\"objects\":[{\"a\":1},{}]}", 2)]
    [InlineData("{\"more\":true,\"objects\":[{}],\"x\":[1]}", 1)]
    [InlineData("{}", 0)]
    [InlineData("{\"objects\":[{}]} x", -1)]
    [InlineData("{\"objects\":[{},[]]}", -1)]
    public void Envelopes_give_their_objects(string text, int count) => Assert.Equal(count, TaxiiEnvelope.Read(Encoding.UTF8.GetBytes(text))?.Count ?? -1);
}
