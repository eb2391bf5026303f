using Microsoft.EntityFrameworkCore;
using Platform.Agent.Planning;
using Platform.Agent.Storage;
using Platform.ServiceDefaults;

namespace Platform.Agent.Chat;

/// <summary>A question that was taken up and stored.</summary>
/// <param name="ConversationId">The conversation.</param>
/// <param name="AnswerId">The id that the answer will have.</param>
/// <param name="Message">The question.</param>
/// <param name="StartedAt">A timestamp of the clock.</param>
/// <param name="Stream">What is kept of a streamed answer, so that it can go on after a break; null where it is polled.</param>
internal sealed record Turn(Guid ConversationId, Guid AnswerId, string Message, long StartedAt, AnswerStream? Stream = null);

/// <summary>
/// Takes up a question: counts it against the caller's hour, opens or continues the conversation and stores what the
/// user wrote. Everything that can refuse does so here, before a stream begins.
/// </summary>
internal sealed class OpenTurn(AgentDb db, CallContext call, HourlyLimit limit, TimeProvider clock)
{
    private const int TitleLength = 80;
    private static readonly TimeSpan StreamsKept = TimeSpan.FromHours(1);

    public async Task<Turn> RunAsync(ChatRequest request, string endpoint, bool streamed, CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await limit.CountAsync(endpoint, ct);
        var conversation = request.ConversationId is { } id ? await ContinueAsync(Guid.Parse(id), now, ct) : Begin(request.Message!, now);
        db.Messages.Add(new Message
        {
            Id = Guid.CreateVersion7(now),
            TenantId = call.TenantId,
            ConversationId = conversation.Id,
            Role = MessageRole.User,
            Content = request.Message!,
            CreatedAt = now,
        });
        var turn = new Turn(conversation.Id, Guid.CreateVersion7(now.AddMilliseconds(1)), request.Message!, started);
        turn = streamed ? turn with { Stream = await KeepAsync(turn, now, ct) } : turn;
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return turn;
    }

    private async Task<AnswerStream> KeepAsync(Turn turn, DateTimeOffset now, CancellationToken ct)
    {
        var owner = call.Subject;
        var old = now - StreamsKept;
        await db.AnswerStreams.Where(a => a.Owner == owner && a.CreatedAt < old).ExecuteDeleteAsync(ct);
        var stream = new AnswerStream
        {
            Id = turn.AnswerId,
            TenantId = call.TenantId,
            Owner = owner,
            ConversationId = turn.ConversationId,
            Question = turn.Message,
            CreatedAt = now,
        };
        db.AnswerStreams.Add(stream);
        return stream;
    }

    private async Task<Conversation> ContinueAsync(Guid id, DateTimeOffset now, CancellationToken ct)
    {
        var conversation = await db.OwnConversations.FirstOrDefaultAsync(c => c.Id == id, ct)
            ?? throw new FaultException(Faults.NotFound("conversation").Fault);
        conversation.UpdatedAt = now;
        conversation.Version++;
        return conversation;
    }

    private Conversation Begin(string message, DateTimeOffset now)
    {
        var conversation = new Conversation
        {
            Id = Guid.CreateVersion7(now),
            TenantId = call.TenantId,
            Owner = call.Subject,
            Title = Shown.Line(message, TitleLength) is { Length: > 0 } title ? title : "Conversation",
            CreatedAt = now,
            UpdatedAt = now,
            Version = 1,
        };
        db.Conversations.Add(conversation);
        return conversation;
    }
}
