using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Platform.ServiceDefaults;

namespace Platform.Agent.Storage;

/// <summary>The agent's database: conversations and their messages, the evidence as JSONB documents.</summary>
internal sealed class AgentDb(DbContextOptions<AgentDb> options, CallContext call) : PlatformDbContext(options, call)
{
    public DbSet<Conversation> Conversations => Set<Conversation>();

    public DbSet<Message> Messages => Set<Message>();

    public DbSet<ChatTurn> ChatTurns => Set<ChatTurn>();

    /// <summary>The caller's own conversations.</summary>
    public IQueryable<Conversation> OwnConversations
    {
        get
        {
            var owner = Call.Subject;
            return Conversations.Where(c => c.Owner == owner);
        }
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.Entity<Conversation>(e =>
        {
            e.ToTable("conversations");
            e.Property(c => c.Id).ValueGeneratedNever();
            e.Property(c => c.Version).IsConcurrencyToken();
            e.HasIndex(c => new { c.TenantId, c.Owner, c.UpdatedAt });
        });
        modelBuilder.Entity<Message>(e =>
        {
            e.ToTable("messages");
            e.Property(m => m.Id).ValueGeneratedNever();
            e.Property(m => m.Role).HasConversion<string>();
            e.Property(m => m.Evidence).HasColumnType("jsonb").HasConversion(EvidenceConverter, EvidenceComparer);
            e.HasOne<Conversation>().WithMany().HasForeignKey(m => m.ConversationId).OnDelete(DeleteBehavior.Cascade);
            e.HasIndex(m => new { m.ConversationId, m.Id });
        });
        modelBuilder.Entity<ChatTurn>(e =>
        {
            e.ToTable("chat_turns");
            e.Property(t => t.Id).ValueGeneratedNever();
            e.HasIndex(t => new { t.TenantId, t.Owner, t.Endpoint, t.StartedAt });
        });
        UseSnakeCase(modelBuilder);
    }

    private static readonly ValueConverter<MessageEvidence, string> EvidenceConverter = new(
        value => JsonSerializer.Serialize(value, Documents.Json),
        text => JsonSerializer.Deserialize<MessageEvidence>(text, Documents.Json)!);

    // A message is written once; documents are compared as references.
    private static readonly ValueComparer<MessageEvidence> EvidenceComparer = new(
        (a, b) => ReferenceEquals(a, b), value => value.Status.GetHashCode(), value => value);
}
