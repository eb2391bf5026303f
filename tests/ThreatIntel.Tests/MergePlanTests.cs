using System.Text;
using Platform.Contracts;
using Platform.ThreatIntel.Objects;
using Stix.Bundles;

namespace Platform.ThreatIntel.Tests;

public sealed class MergePlanTests
{
    private const string Id = "tool--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f";
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);
    private static readonly Guid ImportId = Guid.NewGuid();

    private static IncomingObject Item(string modified, string name = "x", TlpLevel tlp = TlpLevel.Clear, string space = "")
    {
        var raw = Encoding.UTF8.GetBytes(
            $$"""{"type":"tool","id":"{{Id}}","created":"2020-01-01T00:00:00Z","modified":"{{modified}}T00:00:00Z",{{space}}"name":"{{name}}"}""");
        Assert.True(ObjectHeadReader.TryRead(raw, out var head, out _));
        return new IncomingObject(0, Id, head!, tlp, raw);
    }

    private static StoredObject Stored(IncomingObject item, short shadowedFrom = Marking.NotShadowed, Guid? importId = null) =>
        new(item.StixId, item.Tlp, shadowedFrom, item.Modified!.Value, item.ContentHash, 1, importId, Now.AddDays(-1));

    private static MergePlan Plan(TlpLevel clearance, params StoredObject[] stored) =>
        new(new Writer(clearance, "tester", ImportId), Now, stored.ToLookup(row => row.StixId));

    [Fact]
    public void What_is_new_is_created()
    {
        var plan = Plan(TlpLevel.Red);
        Assert.Equal(MergeOutcome.Created, plan.Add(Item("2021-01-01")));
        Assert.Single(plan.Current);
        Assert.Empty(plan.History);
        Assert.Empty(plan.Removals);
    }

    [Fact]
    public void The_same_bytes_change_nothing()
    {
        var item = Item("2021-01-01");
        var plan = Plan(TlpLevel.Red, Stored(item));
        Assert.Equal(MergeOutcome.Unchanged, plan.Add(item));
        Assert.Empty(plan.Current);
    }

    [Fact]
    public void A_newer_version_updates_and_an_older_one_is_history()
    {
        var stored = Stored(Item("2021-01-01"));
        Assert.Equal(MergeOutcome.Updated, Plan(TlpLevel.Red, stored).Add(Item("2022-01-01")));
        var plan = Plan(TlpLevel.Red, stored);
        Assert.Equal(MergeOutcome.Archived, plan.Add(Item("2020-06-01")));
        Assert.Empty(plan.Current);
        Assert.Single(plan.History);
    }

    [Fact]
    public void A_known_version_changes_nothing_whichever_is_newer()
    {
        var old = Item("2020-06-01");
        var stored = Stored(Item("2021-01-01"));
        var plan = new MergePlan(new Writer(TlpLevel.Red, "tester", ImportId), Now, new[] { stored }.ToLookup(row => row.StixId))
        {
            KnownVersions = new[] { old }.ToLookup(item => item.StixId, item => item.ContentHash),
        };
        Assert.Equal((true, false), plan.Needs(old));
        Assert.Equal(MergeOutcome.Unchanged, plan.Add(old));
    }

    [Fact]
    public void The_same_version_with_other_content_counts_across_imports_but_not_within_one()
    {
        var first = Item("2021-01-01", "first");
        var second = Item("2021-01-01", "second");
        Assert.Equal(MergeOutcome.Updated, Plan(TlpLevel.Red, Stored(first)).Add(second));
        Assert.Equal(MergeOutcome.Conflict, Plan(TlpLevel.Red, Stored(first, importId: ImportId)).Add(second));
        var plan = Plan(TlpLevel.Red);
        Assert.Equal(MergeOutcome.Created, plan.Add(first));
        Assert.Equal(MergeOutcome.Conflict, plan.Add(second));
        Assert.Equal(MergeOutcome.Unchanged, plan.Add(first));
    }

    [Fact]
    public void Another_formatting_of_the_same_value_is_no_change()
    {
        var first = Item("2021-01-01");
        var spaced = Item("2021-01-01", space: "\n   ");
        var plan = new MergePlan(new Writer(TlpLevel.Red, "tester"), Now, new[] { Stored(first) }.ToLookup(row => row.StixId))
        {
            StoredRaw = new Dictionary<string, byte[]> { [Id] = first.Raw },
        };
        Assert.Equal((true, true), plan.Needs(spaced));
        Assert.Equal(MergeOutcome.Unchanged, plan.Add(spaced));
    }

    [Fact]
    public void Two_versions_in_one_batch_leave_one_current_and_one_in_history()
    {
        var plan = Plan(TlpLevel.Red);
        Assert.Equal(MergeOutcome.Created, plan.Add(Item("2021-01-01")));
        Assert.Equal(MergeOutcome.Updated, plan.Add(Item("2022-01-01")));
        Assert.Equal(2022, plan.Current.Single().Modified.Year);
        Assert.Equal(2021, plan.History.Single().Modified.Year);
    }

    [Fact]
    public void Nobody_writes_above_their_clearance() =>
        Assert.Equal(MergeOutcome.AboveClearance, Plan(TlpLevel.Green).Add(Item("2021-01-01", tlp: TlpLevel.Amber)));

    [Fact]
    public void Marking_an_object_anew_moves_it_to_the_other_level()
    {
        var plan = Plan(TlpLevel.Red, Stored(Item("2021-01-01", tlp: TlpLevel.Green)));
        Assert.Equal(MergeOutcome.Updated, plan.Add(Item("2021-01-01", tlp: TlpLevel.Red)));
        Assert.Equal([(Id, TlpLevel.Green)], plan.Removals);
        Assert.Equal(Marking.NotShadowed, plan.Current.Single().ShadowedFrom);
    }

    [Fact]
    public void An_object_that_is_hidden_from_the_writer_is_created_like_a_new_one_beside_it()
    {
        var hidden = Stored(Item("2022-01-01", "secret", TlpLevel.Red));
        var plan = Plan(TlpLevel.Green, hidden);
        var mine = Item("2021-01-01", "mine", TlpLevel.Green);
        Assert.Equal((false, false), plan.Needs(mine));
        Assert.Equal(MergeOutcome.Created, plan.Add(mine));
        Assert.Empty(plan.Removals);
        Assert.Equal((short)TlpLevel.Red, plan.Current.Single().ShadowedFrom);
    }

    [Fact]
    public void A_newer_version_takes_the_place_of_a_hidden_older_one()
    {
        var hidden = Stored(Item("2020-06-01", "secret", TlpLevel.Red));
        var plan = Plan(TlpLevel.Green, hidden);
        Assert.Equal(MergeOutcome.Created, plan.Add(Item("2021-01-01", "mine", TlpLevel.Green)));
        Assert.Equal([(Id, TlpLevel.Red)], plan.Removals);
        Assert.Equal(Marking.NotShadowed, plan.Current.Single().ShadowedFrom);
    }

    [Fact]
    public void Who_sees_both_rows_decides_by_the_one_they_see()
    {
        var red = Stored(Item("2022-01-01", "secret", TlpLevel.Red));
        var green = Stored(Item("2021-01-01", "mine", TlpLevel.Green), (short)TlpLevel.Red);
        Assert.Equal(MergeOutcome.Unchanged, Plan(TlpLevel.Red, green, red).Add(Item("2022-01-01", "secret", TlpLevel.Red)));
        Assert.Equal(MergeOutcome.Unchanged, Plan(TlpLevel.Amber, green, red).Add(Item("2021-01-01", "mine", TlpLevel.Green)));
        var plan = Plan(TlpLevel.Red, green, red);
        Assert.Equal(MergeOutcome.Updated, plan.Add(Item("2023-01-01", "open", TlpLevel.Clear)));
        Assert.Equal(2, plan.Removals.Count);
    }
}
