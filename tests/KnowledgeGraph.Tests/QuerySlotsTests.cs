using Platform.KnowledgeGraph.Query;

namespace Platform.KnowledgeGraph.Tests;

/// <summary>How many users' queries run at once.</summary>
public sealed class QuerySlotsTests
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan None = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task A_tenant_has_so_many_slots_and_the_next_query_waits_for_one()
    {
        using var slots = new QuerySlots();
        var tenant = Guid.NewGuid();
        var held = await HoldAsync(slots, tenant, QuerySlots.PerTenant);
        Assert.Null(await slots.EnterAsync(tenant, None, Ct));
        var waiting = slots.EnterAsync(tenant, Long, Ct);
        Assert.False(waiting.IsCompleted);
        held[0].Dispose();
        using var next = await waiting;
        Assert.NotNull(next);
    }

    [Fact]
    public async Task One_tenant_does_not_take_the_slots_of_another()
    {
        using var slots = new QuerySlots();
        await HoldAsync(slots, Guid.NewGuid(), QuerySlots.PerTenant);
        using var other = await slots.EnterAsync(Guid.NewGuid(), None, Ct);
        Assert.NotNull(other);
    }

    [Fact]
    public async Task There_is_an_end_to_all_tenants_together()
    {
        using var slots = new QuerySlots();
        for (var i = 0; i < QuerySlots.InAll; i++)
        {
            await HoldAsync(slots, Guid.NewGuid(), 1);
        }

        Assert.Null(await slots.EnterAsync(Guid.NewGuid(), None, Ct));
    }

    [Fact]
    public async Task Where_too_many_wait_the_next_is_refused_at_once()
    {
        using var slots = new QuerySlots();
        var tenant = Guid.NewGuid();
        var held = await HoldAsync(slots, tenant, QuerySlots.PerTenant);
        var waiting = Enumerable.Range(0, QuerySlots.WaitingPerTenant).Select(_ => slots.EnterAsync(tenant, Long, Ct)).ToArray();
        Assert.Null(await slots.EnterAsync(tenant, Long, Ct));
        foreach (var wait in waiting)
        {
            Array.ForEach(held, h => h.Dispose());
            held = [(await wait)!];
        }
    }

    [Fact]
    public async Task Who_leaves_while_waiting_gives_up_their_place()
    {
        using var slots = new QuerySlots();
        var tenant = Guid.NewGuid();
        var held = await HoldAsync(slots, tenant, QuerySlots.PerTenant);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var waiting = slots.EnterAsync(tenant, Long, leaving.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        held[0].Dispose();
        using var next = await slots.EnterAsync(tenant, None, Ct);
        Assert.NotNull(next);
    }

    private static async Task<IDisposable[]> HoldAsync(QuerySlots slots, Guid tenant, int count)
    {
        var held = new IDisposable[count];
        for (var i = 0; i < count; i++)
        {
            held[i] = (await slots.EnterAsync(tenant, Long, Ct))!;
            Assert.NotNull(held[i]);
        }

        return held;
    }
}
