using System.Globalization;
using System.Text;
using System.Text.Json;
using Platform.Agent.Storage;
using Platform.ServiceDefaults;

namespace Platform.Agent.Conversations;

/// <summary>A conversation as a file.</summary>
internal static class ConversationExport
{
    public static byte[] AsJson(Conversation conversation, IReadOnlyList<Message> messages) => JsonSerializer.SerializeToUtf8Bytes(
        new ExportedConversation(ConversationResponse.From(conversation), [.. messages.Select(MessageResponse.From)]), Json.Options);

    public static byte[] AsMarkdown(Conversation conversation, IReadOnlyList<Message> messages)
    {
        var text = new StringBuilder().Append("# ").Append(conversation.Title).Append('\n');
        foreach (var message in messages)
        {
            text.Append("\n**").Append(message.Role == MessageRole.User ? "You" : "Agent").Append("**, ")
                .Append(message.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)).Append("\n\n");
            foreach (var line in message.Content.ReplaceLineEndings("\n").Split('\n'))
            {
                // Quoted, so that nothing of what was said becomes part of the file's own structure.
                text.Append("> ").Append(line).Append('\n');
            }

            foreach (var citation in message.Evidence.Citations ?? [])
            {
                text.Append(CultureInfo.InvariantCulture, $"\n[{citation.Number}] {citation.Tool}, {citation.Source}, rows: {citation.Rows}\n");
            }
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}

/// <summary>A conversation with all its messages.</summary>
internal sealed record ExportedConversation(ConversationResponse Conversation, IReadOnlyList<MessageResponse> Messages);
