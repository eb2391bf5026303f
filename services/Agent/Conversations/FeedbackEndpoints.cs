using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Platform.Agent.Remembering;
using Platform.Agent.Storage;
using Platform.ServiceDefaults;

namespace Platform.Agent.Conversations;

/// <summary>What the user thinks of an answer, and conversations to take along.</summary>
internal static class FeedbackEndpoints
{
    public static IEndpointRouteBuilder MapFeedback(this IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/agent/conversations/{id:guid}").WithTags("agent").RequirePermission(Permissions.UseChat);
        group.MapPost("/messages/{messageId:guid}/feedback", RateAsync).WithSummary("Say whether an answer was good")
            .WithDescription("`rating` is `up`, `down` or `none`, which takes it back. What an answer rated up meant is remembered and used for questions like it.");
        group.MapGet("/export", ExportAsync).Unwrapped().WithSummary("Take a conversation along")
            .WithDescription("As Markdown, or with `?format=json` as JSON with plans, tool calls and citations.")
            .Produces(StatusCodes.Status200OK, contentType: "text/markdown");
        return api;
    }

    private static async Task<Results<Ok<MessageResponse>, FaultResult>> RateAsync(
        Guid id, Guid messageId, Body<Feedback> body, AgentDb db, KeepMemory keep, CancellationToken ct)
    {
        var message = await db.OwnConversations.AnyAsync(c => c.Id == id, ct)
            ? await db.Messages.FirstOrDefaultAsync(m => m.Id == messageId && m.ConversationId == id, ct)
            : null;
        if (message is null)
        {
            return Faults.NotFound("message");
        }

        if (message.Role != MessageRole.Assistant)
        {
            return Faults.Conflict("Only answers are rated.");
        }

        message.Rating = body.Value.Rating switch { "up" => 1, "down" => -1, _ => null };
        message.Comment = message.Rating is null ? null : body.Value.Comment;
        await db.SaveChangesAsync(ct);
        if (message is { Rating: not null, Evidence.Plan: { } plan } && await QuestionAsync(message, db, ct) is { } question)
        {
            await (message.Rating > 0 ? keep.PraiseAsync(question, plan, ct) : keep.BlameAsync(question, ct));
        }

        return TypedResults.Ok(MessageResponse.From(message));
    }

    private static Task<string?> QuestionAsync(Message answer, AgentDb db, CancellationToken ct) => db.Messages.AsNoTracking()
        .Where(m => m.ConversationId == answer.ConversationId && m.Role == MessageRole.User && m.CreatedAt <= answer.CreatedAt)
        .OrderByDescending(m => m.CreatedAt).Select(m => m.Content).FirstOrDefaultAsync(ct);

    private static async Task<Results<FileContentHttpResult, FaultResult>> ExportAsync(Guid id, AgentDb db, CancellationToken ct, string? format = null)
    {
        if (format is not (null or "markdown" or "json"))
        {
            return Faults.Invalid("format", "must be markdown or json");
        }

        if (await db.OwnConversations.AsNoTracking().FirstOrDefaultAsync(c => c.Id == id, ct) is not { } conversation)
        {
            return Faults.NotFound("conversation");
        }

        var messages = await db.Messages.AsNoTracking().Where(m => m.ConversationId == id).OrderBy(m => m.Id).ToListAsync(ct);
        return format == "json"
            ? TypedResults.File(ConversationExport.AsJson(conversation, messages), "application/json", $"conversation-{id}.json")
            : TypedResults.File(ConversationExport.AsMarkdown(conversation, messages), "text/markdown; charset=utf-8", $"conversation-{id}.md");
    }
}

/// <summary>What the user thinks of an answer.</summary>
/// <param name="Rating"><c>up</c>, <c>down</c> or <c>none</c>.</param>
/// <param name="Comment">Why, up to 2,000 characters.</param>
internal sealed record Feedback(string? Rating, string? Comment = null);

internal sealed class FeedbackValidator : AbstractValidator<Feedback>
{
    public FeedbackValidator()
    {
        RuleFor(f => f.Rating).Must(r => r is "up" or "down" or "none").WithMessage("must be up, down or none");
        RuleFor(f => f.Comment).Must(c => c is null || (c.Length <= 2000 && !c.Contains('\0', StringComparison.Ordinal))).WithMessage("must be at most 2,000 characters");
    }
}
