using Platform.Contracts;
using Platform.KnowledgeGraph.Projection;

namespace Platform.KnowledgeGraph.Tests;

public sealed class SlotsTests
{
    [Fact]
    public void A_version_holds_from_its_level_up_and_is_gone_below()
    {
        Assert.Equal((0b11100, 0b00011), new Slots().Take(1, TlpLevel.Amber, null));
        Assert.Equal((0b11111, 0), new Slots().Take(1, TlpLevel.Clear, null));
        Assert.Equal((0b00110, 0b00001), new Slots().Take(1, TlpLevel.Green, TlpLevel.AmberStrict));
    }

    [Fact]
    public void Older_versions_change_nothing_and_the_same_again_is_finished_again()
    {
        var slots = new Slots();
        slots.Take(5, TlpLevel.Red, null);
        Assert.Equal((0, 0), slots.Take(4, TlpLevel.Clear, null));
        Assert.Equal((0b10000, 0b01111), slots.Take(5, TlpLevel.Red, null));
        Assert.Equal((0b11111, 0), slots.Take(6, TlpLevel.Clear, null));
    }

    [Fact]
    public void A_removal_keeps_older_versions_away()
    {
        var slots = new Slots();
        Assert.Equal(0b11111, slots.Remove(3, null));
        Assert.Equal((0, 0), slots.Take(2, TlpLevel.Clear, null));
        Assert.Equal((0, 0), slots.Take(3, TlpLevel.Clear, null));
        Assert.Equal((0b11111, 0), slots.Take(4, TlpLevel.Clear, null));
        Assert.Equal(0b00011, slots.Remove(5, TlpLevel.Amber));
    }

    [Fact]
    public void Shadowed_levels_keep_their_own_version_in_any_order()
    {
        var one = new Slots();
        one.Take(1, TlpLevel.Amber, null);
        one.Take(2, TlpLevel.Clear, TlpLevel.Amber);
        var other = new Slots();
        other.Take(2, TlpLevel.Clear, TlpLevel.Amber);
        other.Take(1, TlpLevel.Amber, null);
        Assert.Equal(one.Codes, other.Codes);
        Assert.Equal([5L, 5L, 3L, 3L, 3L], one.Codes);
    }
}
