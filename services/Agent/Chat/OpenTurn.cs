using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Platform.Agent.Planning;
using Platform.Agent.Storage;
using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Agent.Chat;

/// <summary>A question that was taken up and stored.</summary>
internal sealed record Turn(Guid ConversationId, Guid AnswerId, string Message, long StartedAt);

/// <summary>
/// Takes up a question: counts it against the caller's hour, opens or continues the conversation and stores what the
/// user wrote. Everything that can refuse does so here, before a stream begins.
/// </summary>
internal sealed class OpenTurn(AgentDb db, CallContext call, IOptions<ChatOptions> options, TimeProvider clock)
{
    private const int TitleLength = 80;
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    public async Task<Turn> RunAsync(ChatRequest request, string endpoint, CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await CountAsync(endpoint, now, ct);
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
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return new Turn(conversation.Id, Guid.CreateVersion7(now.AddMilliseconds(1)), request.Message!, started);
    }

    /// <summary>A sliding hour, exact also when one caller asks many questions at once: their turns queue for a lock.</summary>
    private async Task CountAsync(string endpoint, DateTimeOffset now, CancellationToken ct)
    {
        var owner = call.Subject;
        var key = $"{call.TenantId:D}/{owner}/{endpoint}";
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({key}, 7160220))", ct);
        var since = now - Hour;
        var limit = options.Value.QuestionsPerHour;
        var recent = db.ChatTurns.Where(t => t.Owner == owner && t.Endpoint == endpoint && t.StartedAt > since);
        if (await recent.CountAsync(ct) >= limit)
        {
            var oldest = await recent.OrderByDescending(t => t.StartedAt).Skip(limit - 1).Select(t => t.StartedAt).FirstAsync(ct);
            throw new FaultException(new Fault(
                ErrorCodes.RateLimitExceeded, $"You may ask {limit} questions an hour here.", RetryAfter: oldest + Hour - now));
        }

        db.ChatTurns.Add(new ChatTurn { Id = Guid.CreateVersion7(now), TenantId = call.TenantId, Owner = owner, Endpoint = endpoint, StartedAt = now });
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
