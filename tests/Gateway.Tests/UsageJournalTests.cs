using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Platform.Contracts.Gateway;
using Platform.Gateway.Usage;

namespace Platform.Gateway.Tests;

public sealed class UsageJournalTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("journal-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_frame_reads_back_as_it_was_written()
    {
        var entry = Entry(7) with { ApiKeyId = Guid.NewGuid(), Subject = "sub" };
        Span<byte> frame = stackalloc byte[UsageFrame.MaxLength];

        var length = UsageFrame.Write(frame, entry);

        Assert.Equal(entry, UsageFrame.Read(frame[..length]));
    }

    [Theory]
    [InlineData(255)]
    [InlineData(5000)]
    public void A_long_text_is_cut_and_stays_text(int length)
    {
        Span<byte> frame = stackalloc byte[UsageFrame.MaxLength];

        var written = UsageFrame.Write(frame, Entry(1) with { Endpoint = "/" + new string('é', length), Subject = null });

        var read = UsageFrame.Read(frame[..written]);
        Assert.Null(read.Subject);
        Assert.StartsWith("/éé", read.Endpoint, StringComparison.Ordinal);
        Assert.DoesNotContain('\uFFFD', read.Endpoint);
    }

    [Fact]
    public void Entries_come_out_in_batches_in_order()
    {
        using var journal = Open();
        for (var i = 0; i < 4500; i++)
        {
            journal.Append(Entry(i));
        }

        Assert.True(journal.HasBatch);
        Assert.Equal([2000, 2000, 500], Drain(journal).Select(b => b.Entries.Count));
        Assert.Null(journal.Next());
    }

    [Fact]
    public void What_was_not_confirmed_comes_again_with_the_same_bounds()
    {
        JournalBatch first;
        using (var journal = Open())
        {
            journal.Append(Entry(0));
            first = journal.Next()!;
            journal.Append(Entry(1));
            Assert.Equal(first.Position, journal.Next()!.Position);
        }

        using var again = Open();
        var batches = Drain(again);
        Assert.Equal(first.Position, batches[0].Position);
        Assert.Equal([1, 1], batches.Select(b => b.Entries.Count));
    }

    [Fact]
    public void Segments_roll_and_go_when_they_are_shipped()
    {
        using var journal = Open(segment: 64 * 1024);
        for (var i = 0; i < 3000; i++)
        {
            journal.Append(Entry(i));
        }

        Assert.True(Segments().Length > 3);
        var all = Drain(journal).SelectMany(b => b.Entries).Select(e => e.RequestSizeBytes);
        Assert.Equal(Enumerable.Range(0, 3000).Select(i => (long)i), all);
        Assert.Single(Segments());
    }

    [Fact]
    public void A_full_journal_drops_its_oldest()
    {
        using var journal = Open(segment: 64 * 1024, most: 2);
        for (var i = 0; i < 5000; i++)
        {
            journal.Append(Entry(i));
        }

        Assert.Equal(2, Segments().Length);
        Assert.Equal(4999, Drain(journal).SelectMany(b => b.Entries).Last().RequestSizeBytes);
    }

    [Fact]
    public void A_torn_frame_ends_the_segment_and_nothing_else()
    {
        using (var journal = Open())
        {
            journal.Append(Entry(0));
            journal.Append(Entry(1));
        }

        // The last frame's bytes, but not all of them, were there when the machine stopped.
        var file = Segments().Single();
        var bytes = File.ReadAllBytes(file);
        var second = JournalSegment.Length(BitConverter.ToInt32(bytes, 0));
        bytes[second + JournalSegment.FrameHeader + 3] ^= 0xFF;
        File.WriteAllBytes(file, bytes);

        using var again = Open();
        again.Append(Entry(2));
        Assert.Equal([0L, 2L], Drain(again).SelectMany(b => b.Entries).Select(e => e.RequestSizeBytes));
    }

    [Fact]
    public void Two_gateways_keep_two_journals()
    {
        using var one = Open();
        using var two = Open();

        Assert.NotEqual(one.Instance, two.Instance);
    }

    [Fact]
    public void A_restarted_gateway_is_the_same_instance()
    {
        string id;
        using (var journal = Open())
        {
            id = journal.Instance;
        }

        using var again = Open();
        Assert.Equal(id, again.Instance);
    }

    [Fact]
    public async Task What_is_shipped_while_segments_roll_is_everything()
    {
        const int Writers = 8;
        const int Each = 4_000;
        using var journal = Open(segment: 64 * 1024);
        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(w => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                journal.Append(Entry((w * Each) + i));
            }
        })));

        var seen = new HashSet<long>();
        while (true)
        {
            var isOver = writing.IsCompleted;
            while (journal.Next() is { } batch)
            {
                Assert.All(batch.Entries, entry => Assert.True(seen.Add(entry.RequestSizeBytes)));
                journal.Confirm(batch);
            }

            if (isOver)
            {
                break;
            }
        }

        await writing;
        Assert.Equal(Writers * Each, seen.Count);
    }

    [Fact]
    public async Task Many_writers_lose_nothing()
    {
        using var journal = Open(segment: 64 * 1024);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(w => Task.Run(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                journal.Append(Entry((w * 1000) + i));
            }
        })));

        var all = Drain(journal).SelectMany(b => b.Entries).Select(e => e.RequestSizeBytes).ToHashSet();
        Assert.Equal(8000, all.Count);
    }

    [Fact]
    public void The_same_place_has_the_same_message_id()
    {
        var usage = new UsageRecorded("i", 1, 16, []);

        Assert.Equal(UsageShipper.IdOf(usage), UsageShipper.IdOf(usage with { Entries = [Entry(1)] }));
        Assert.NotEqual(UsageShipper.IdOf(usage), UsageShipper.IdOf(usage with { Offset = 17 }));
    }

    [Theory]
    [InlineData("/api/v1/users", "/api/v1/users")]
    [InlineData("/api/v1/users/0197f3a0-c0de-7000-8000-000000000001", "/api/v1/users/{id}")]
    [InlineData("/api/v2/threat-intel/objects/indicator--a740531e-63ff-4e49-a9e1-a0a3eed0e3e7/versions", "/api/v2/threat-intel/objects/{id}/versions")]
    [InlineData("/api/admin/tenants/7/suspend", "/api/admin/tenants/{id}/suspend")]
    [InlineData("/api/v1/knowledge-graph/nodes/T1059.001", "/api/v1/knowledge-graph/nodes/{id}")]
    [InlineData("/api/v1/agent/chat_sse", "/api/v1/agent/chat_sse")]
    [InlineData("/taxii2/", "/taxii2/")]
    public void Endpoints_are_named_without_their_ids(string path, string name) => Assert.Equal(name, EndpointNames.Of(path));

    private static List<JournalBatch> Drain(UsageJournal journal)
    {
        var batches = new List<JournalBatch>();
        while (journal.Next() is { } batch)
        {
            batches.Add(batch);
            journal.Confirm(batch);
        }

        return batches;
    }

    private string[] Segments() => Directory.GetFiles(_root, "*.journal", SearchOption.AllDirectories);

    private UsageJournal Open(long segment = 1024 * 1024, int most = 1000) => new(
        Options.Create(new UsageOptions { SegmentBytes = segment, MostSegments = most }),
        new ConfigurationBuilder().AddInMemoryCollection([new("Platform:DataRoot", _root)]).Build(),
        NullLogger<UsageJournal>.Instance);

    private static UsageEntry Entry(int number) => new(
        Guid.Parse("00000000-0000-7000-8000-000000000001"), null, "user", "/api/v1/users", "GET", 200, 1.5, number, 2, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
}
