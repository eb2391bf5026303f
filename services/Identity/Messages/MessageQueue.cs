using System.Text.Json;
using Platform.Identity.Keys;
using Platform.Identity.Storage;

namespace Platform.Identity.Messages;

/// <summary>Queues messages with the caller's transaction; <see cref="MessageSender"/> sends them.</summary>
internal sealed class MessageQueue(Vault vault, TimeProvider clock)
{
    /// <summary>Adds a message to the next save.</summary>
    public void Add(IdentityDb db, Message message, TimeSpan lives)
    {
        var now = clock.GetUtcNow();
        var row = new OutgoingMessage { Id = Guid.CreateVersion7(now), NextAttemptAt = now, ExpiresAt = now + lives };
        row.Content = vault.Seal(JsonSerializer.SerializeToUtf8Bytes(message), ContextOf(row.Id));
        db.OutgoingMessages.Add(row);
    }

    public Message Read(Guid id, byte[] content) => JsonSerializer.Deserialize<Message>(vault.Open(content, ContextOf(id)))!;

    private static string ContextOf(Guid id) => $"message/{id:N}";
}
