using Microsoft.EntityFrameworkCore;
using Platform.Agent.Planning;
using Platform.Agent.Storage;
using Platform.ServiceDefaults;

namespace Platform.Agent.Remembering;

/// <summary>Takes something into memory: by the user's word, or because an answer was good.</summary>
internal sealed class KeepMemory(AgentDb db, CallContext call, BuiltInPlanner planner, EntityLinker linker, TimeProvider clock)
{
    /// <summary>More than anybody keeps by hand; a memory is read as a whole when it is searched.</summary>
    private const int MostOfOne = 1000;

    /// <summary>Keeps what a user says; for a question, what it means is said in words that the agent understands.</summary>
    public async Task<(Memory? Memory, FaultResult? Fault)> RunAsync(NewMemory wanted, CancellationToken ct)
    {
        Plan? plan = null;
        var shape = new QuestionShape("", []);
        if (wanted.Kind == "question")
        {
            if (await planner.PlanAsync(wanted.Means!, null, ct) is not Planned planned)
            {
                return (null, Faults.Invalid("means", "must be a question that the agent can answer"));
            }

            plan = planned.Plan;
            shape = await ShapeOfAsync(wanted.Text!, ct);
        }

        var owner = wanted.Shared ? null : call.Subject;
        if (await db.Memories.CountAsync(m => m.Owner == owner, ct) >= MostOfOne)
        {
            return (null, Faults.Conflict($"There are {MostOfOne} memories; delete some first."));
        }

        return (await AddAsync(owner, Enum.Parse<MemoryKind>(wanted.Kind!, ignoreCase: true), wanted.Text!, shape, plan, ct), null);
    }

    /// <summary>An answer was good: what its question meant is kept, or grows stronger.</summary>
    public async Task PraiseAsync(string question, Plan plan, CancellationToken ct)
    {
        var shape = await ShapeOfAsync(question, ct);
        var owner = call.Subject;
        var known = await db.Memories.FirstOrDefaultAsync(m => m.Owner == owner && m.Kind == MemoryKind.Question && m.Shape == shape.Text, ct);
        if (known is null)
        {
            await AddAsync(owner, MemoryKind.Question, question, shape, plan, ct);
            return;
        }

        (known.Text, known.Plan, known.Entities) = (question, plan, shape.Entities);
        Fading.Strengthen(known, clock.GetUtcNow());
        await db.SaveChangesAsync(ct);
    }

    /// <summary>An answer was bad: what was remembered of questions of its shape counts less.</summary>
    public async Task BlameAsync(string question, CancellationToken ct)
    {
        var shape = await ShapeOfAsync(question, ct);
        var owner = call.Subject;
        foreach (var memory in await db.Memories.Where(m => m.Owner == owner && m.Kind == MemoryKind.Question && m.Shape == shape.Text).ToListAsync(ct))
        {
            Fading.Weaken(memory, clock.GetUtcNow());
        }

        await db.SaveChangesAsync(ct);
    }

    private async Task<QuestionShape> ShapeOfAsync(string question, CancellationToken ct)
    {
        var tokens = Tokenizer.Split(question);
        return QuestionShape.Of(tokens, await linker.LinkAsync(tokens, ct));
    }

    private async Task<Memory> AddAsync(string? owner, MemoryKind kind, string text, QuestionShape shape, Plan? plan, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var memory = new Memory
        {
            Id = Guid.CreateVersion7(now),
            TenantId = call.TenantId,
            Owner = owner,
            Kind = kind,
            Text = text,
            Shape = shape.Text,
            Plan = plan,
            Entities = shape.Entities,
            CreatedAt = now,
            UsedAt = now,
        };
        db.Memories.Add(memory);
        await db.SaveChangesAsync(ct);
        return memory;
    }
}
