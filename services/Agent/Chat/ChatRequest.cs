using System.Text.Json;
using FluentValidation;

namespace Platform.Agent.Chat;

/// <summary>A question.</summary>
/// <param name="Message">What is asked, 1 to 8,000 characters.</param>
/// <param name="ConversationId">The conversation it belongs to; a new one without it.</param>
/// <param name="Context">Facts about where it is asked, as an object; kept out of the answer's evidence.</param>
internal sealed record ChatRequest(string? Message, string? ConversationId = null, JsonElement? Context = null);

internal sealed class ChatRequestValidator : AbstractValidator<ChatRequest>
{
    private const int MaxMessage = 8000;
    private const int MaxContext = 32_000;

    public ChatRequestValidator()
    {
        RuleFor(r => r.Message).Must(m => !string.IsNullOrWhiteSpace(m)).WithMessage("is required");
        RuleFor(r => r.Message).Must(m => m is null || m.Length <= MaxMessage).WithMessage("must be at most 8,000 characters");
        RuleFor(r => r.Message).Must(m => m is null || !m.Contains('\0', StringComparison.Ordinal)).WithMessage("must not hold the character U+0000");
        RuleFor(r => r.ConversationId).Must(id => id is null || Guid.TryParse(id, out _)).WithMessage("must be the id of a conversation");
        RuleFor(r => r.Context).Must(c => c is not { } value || value.ValueKind is JsonValueKind.Object or JsonValueKind.Null).WithMessage("must be an object");
        RuleFor(r => r.Context).Must(c => c is not { } value || value.GetRawText().Length <= MaxContext).WithMessage("must be at most 32,000 characters");
    }
}
