using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Agent.Planning;
using Platform.Agent.Storage;
using Platform.ServiceDefaults;

namespace Platform.Agent.Conversations;

/// <summary>A caller's own conversations; somebody else's do not exist for them.</summary>
internal static class ConversationEndpoints
{
    private const int MaxSearch = 200;

    private static readonly Sorts<Conversation> Sorts = Sorts<Conversation>.By(c => c.Id)
        .Add("updated_at", c => c.UpdatedAt).Add("created_at", c => c.CreatedAt).Add("title", c => c.Title).Default("updated_at", descending: true);

    private static readonly Sorts<Message> MessageSorts = Sorts<Message>.By(m => m.Id);

    public static IEndpointRouteBuilder MapConversations(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/agent/conversations").WithTags("agent").RequirePermission(Permissions.UseChat);
        group.MapGet("", ListAsync).WithPaging().WithSummary("List your conversations")
            .WithDescription("The latest first. Only the caller's own; sort by `updated_at`, `created_at` or `title`. With `search`, those whose title or messages hold the text.");
        group.MapGet("/{id:guid}", GetAsync).WithSummary("Read one of your conversations");
        group.MapPatch("/{id:guid}", PatchAsync).WithSummary("Rename a conversation").WithDescription("JSON Merge Patch; honours `If-Match`.");
        group.MapDelete("/{id:guid}", DeleteAsync).Audited("conversation_deleted", "conversation").WithSummary("Delete a conversation with all its messages").WithDescription("Idempotent; honours `If-Match`.");
        group.MapGet("/{id:guid}/messages", ListMessagesAsync).WithPaging(defaultLimit: 50).WithSummary("List the messages of a conversation")
            .WithDescription("In the order in which they were written, each answer with its plan, tool calls and citations.");
        return api.MapFeedback();
    }

    private static async Task<Results<PageResult<ConversationResponse>, FaultResult>> ListAsync(PageRequest page, AgentDb db, CancellationToken ct, string? search = null)
    {
        var conversations = db.OwnConversations.AsNoTracking();
        if (!string.IsNullOrWhiteSpace(search))
        {
            if (search.Length > MaxSearch || search.Contains('\0', StringComparison.Ordinal))
            {
                return Faults.Invalid("search", "must be at most 200 characters");
            }

            var pattern = "%" + search.Trim().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal) + "%";
            conversations = conversations.Where(c => EF.Functions.ILike(c.Title, pattern, "\\")
                || db.Messages.Any(m => m.ConversationId == c.Id && EF.Functions.ILike(m.Content, pattern, "\\")));
        }

        var rows = await conversations.ToPageAsync(page, Sorts, ct);
        return rows.Select(ConversationResponse.From).ToResult();
    }

    private static async Task<Results<Ok<ConversationResponse>, FaultResult>> GetAsync(Guid id, AgentDb db, HttpResponse response, CancellationToken ct)
    {
        if (await db.OwnConversations.AsNoTracking().FirstOrDefaultAsync(c => c.Id == id, ct) is not { } conversation)
        {
            return Faults.NotFound("conversation");
        }

        response.SetETag(conversation.Version);
        return TypedResults.Ok(ConversationResponse.From(conversation));
    }

    private static async Task<Results<Ok<ConversationResponse>, FaultResult>> PatchAsync(
        Guid id, Body<ConversationPatch> body, AgentDb db, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        if (await db.OwnConversations.FirstOrDefaultAsync(c => c.Id == id, ct) is not { } conversation)
        {
            return Faults.NotFound("conversation");
        }

        if (!http.Request.IfMatch(conversation.Version))
        {
            return Faults.PreconditionFailed();
        }

        if (body.Value.Title is { } title && title != conversation.Title)
        {
            conversation.Title = title;
            conversation.UpdatedAt = clock.GetUtcNow();
            conversation.Version++;
            await db.SaveChangesAsync(ct);
        }

        http.Response.SetETag(conversation.Version);
        return TypedResults.Ok(ConversationResponse.From(conversation));
    }

    private static async Task<Results<NoContent, FaultResult>> DeleteAsync(Guid id, AgentDb db, HttpRequest request, CancellationToken ct)
    {
        var conversation = await db.OwnConversations.FirstOrDefaultAsync(c => c.Id == id, ct);
        if (conversation is null)
        {
            return TypedResults.NoContent();
        }

        if (!request.IfMatch(conversation.Version))
        {
            return Faults.PreconditionFailed();
        }

        db.Remove(conversation);
        await db.SaveChangesAsync(ct);
        return TypedResults.NoContent();
    }

    private static async Task<Results<PageResult<MessageResponse>, FaultResult>> ListMessagesAsync(
        Guid id, PageRequest page, AgentDb db, CancellationToken ct)
    {
        if (!await db.OwnConversations.AnyAsync(c => c.Id == id, ct))
        {
            return Faults.NotFound("conversation");
        }

        var rows = await db.Messages.AsNoTracking().Where(m => m.ConversationId == id).ToPageAsync(page, MessageSorts, ct);
        return rows.Select(MessageResponse.From).ToResult();
    }
}

/// <summary>What may be changed of a conversation.</summary>
/// <param name="Title">Its title, 1 to 200 characters.</param>
internal sealed record ConversationPatch(string? Title);

internal sealed class ConversationPatchValidator : AbstractValidator<ConversationPatch>
{
    public ConversationPatchValidator() => RuleFor(p => p.Title)
        .Must(title => title is null || (!string.IsNullOrWhiteSpace(title) && title.Length <= 200 && !title.Contains('\0')))
        .WithMessage("must be 1 to 200 characters");
}

/// <summary>A conversation.</summary>
internal sealed record ConversationResponse(Guid Id, string Title, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, long Version)
{
    internal static ConversationResponse From(Conversation c) => new(c.Id, c.Title, c.CreatedAt, c.UpdatedAt, c.Version);
}

/// <summary>A message of a conversation.</summary>
/// <param name="Id">Its id; messages sort by it.</param>
/// <param name="Role"><c>user</c> or <c>assistant</c>.</param>
/// <param name="Content">The text.</param>
/// <param name="Status">How an answer ended: answered, refused, unclear, failed or cancelled.</param>
/// <param name="Plan">The typed plan behind an answer.</param>
/// <param name="ToolCalls">The tool calls behind an answer.</param>
/// <param name="Citations">Which call each mark in the text stands for.</param>
/// <param name="Rating"><c>up</c> or <c>down</c>, where the user rated the answer.</param>
/// <param name="Comment">What the user said about it.</param>
/// <param name="CreatedAt">When it was written.</param>
internal sealed record MessageResponse(
    Guid Id,
    string Role,
    string Content,
    string? Status,
    object? Plan,
    IReadOnlyList<ToolCallRecord>? ToolCalls,
    IReadOnlyList<Citation>? Citations,
    string? Rating,
    string? Comment,
    DateTimeOffset CreatedAt)
{
    internal static MessageResponse From(Message m) => new(
        m.Id,
        m.Role.ToString().ToLowerInvariant(),
        m.Content,
        m.Evidence.Status == AnswerStatus.None ? null : m.Evidence.Status.ToString().ToLowerInvariant(),
        m.Evidence.Plan is { } plan ? System.Text.Json.JsonSerializer.SerializeToElement<Plan>(plan, Json.Options) : null,
        m.Evidence.ToolCalls,
        m.Evidence.Citations,
        m.Rating switch { > 0 => "up", < 0 => "down", _ => null },
        m.Comment,
        m.CreatedAt);
}
