using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Platform.Agent.Planning;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;

namespace Platform.Agent.Storage;

/// <summary>The agent's database: conversations and their messages, the evidence as JSONB documents.</summary>
internal sealed class AgentDb(DbContextOptions<AgentDb> options, CallContext call) : PlatformDbContext(options, call)
{
    public DbSet<Conversation> Conversations => Set<Conversation>();

    public DbSet<Message> Messages => Set<Message>();

    public DbSet<ChatTurn> ChatTurns => Set<ChatTurn>();

    public DbSet<AnswerStream> AnswerStreams => Set<AnswerStream>();

    public DbSet<Memory> Memories => Set<Memory>();

    public DbSet<Provider> Providers => Set<Provider>();

    public DbSet<ModelUsage> ModelUsage => Set<ModelUsage>();

    public DbSet<TenantLimits> TenantLimits => Set<TenantLimits>();

    public DbSet<PendingAction> PendingActions => Set<PendingAction>();

    public DbSet<SemanticModelVersion> SemanticModels => Set<SemanticModelVersion>();

    /// <summary>The caller's own conversations.</summary>
    public IQueryable<Conversation> OwnConversations
    {
        get
        {
            var owner = Call.Subject;
            return Conversations.Where(c => c.Owner == owner);
        }
    }

    /// <summary>What the caller may remember: their own, and everybody's.</summary>
    public IQueryable<Memory> ReachableMemories
    {
        get
        {
            var owner = Call.Subject;
            return Memories.Where(m => m.Owner == null || m.Owner == owner);
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
            e.Property(m => m.Evidence).HasColumnType("jsonb").HasConversion(JsonDocuments.Converter<MessageEvidence>(), JsonDocuments.Comparer<MessageEvidence>());
            e.HasOne<Conversation>().WithMany().HasForeignKey(m => m.ConversationId).OnDelete(DeleteBehavior.Cascade);
            e.HasIndex(m => new { m.ConversationId, m.Id });
        });
        modelBuilder.Entity<ChatTurn>(e =>
        {
            e.ToTable("chat_turns");
            e.Property(t => t.Id).ValueGeneratedNever();
            e.HasIndex(t => new { t.TenantId, t.Owner, t.Endpoint, t.StartedAt });
        });
        modelBuilder.Entity<AnswerStream>(e =>
        {
            e.ToTable("answer_streams");
            e.Property(a => a.Id).ValueGeneratedNever();
            // Not as JSONB: what is sent again is the same to the byte.
            e.Property(a => a.Events).HasColumnType("json").HasConversion(JsonDocuments.Converter<IReadOnlyList<StreamedEvent>>(), JsonDocuments.Comparer<IReadOnlyList<StreamedEvent>>());
            e.HasOne<Conversation>().WithMany().HasForeignKey(a => a.ConversationId).OnDelete(DeleteBehavior.Cascade);
            e.HasIndex(a => new { a.TenantId, a.Owner, a.CreatedAt });
        });
        MapKnowledge(modelBuilder);
        MapModels(modelBuilder);
        UseSnakeCase(modelBuilder);
    }

    private static void MapKnowledge(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Memory>(e =>
        {
            e.ToTable("memories");
            e.Property(m => m.Id).ValueGeneratedNever();
            e.Property(m => m.Kind).HasConversion<string>();
            e.Property(m => m.Plan).HasColumnType("jsonb").HasConversion(JsonDocuments.Converter<Plan?>(), JsonDocuments.Comparer<Plan?>());
            e.Property(m => m.Entities).HasColumnType("jsonb").HasConversion(JsonDocuments.Converter<IReadOnlyList<EntityRef>>(), JsonDocuments.Comparer<IReadOnlyList<EntityRef>>());
            e.HasIndex(m => new { m.TenantId, m.Shape });
        });
        modelBuilder.Entity<SemanticModelVersion>(e =>
        {
            e.ToTable("semantic_models");
            e.HasKey(m => new { m.TenantId, m.Version });
        });
        modelBuilder.Entity<PendingAction>(e =>
        {
            e.ToTable("pending_actions");
            e.Property(a => a.Id).ValueGeneratedNever();
            e.Property(a => a.Arguments).HasColumnType("jsonb").HasConversion(JsonDocuments.Converter<JsonObject>(), JsonDocuments.Comparer<JsonObject>());
            e.HasOne<Conversation>().WithMany().HasForeignKey(a => a.ConversationId).OnDelete(DeleteBehavior.Cascade);
        });
    }

    private static void MapModels(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Provider>(e =>
        {
            e.ToTable("providers");
            e.Property(p => p.Id).ValueGeneratedNever();
            e.Property(p => p.Version).IsConcurrencyToken();
            e.HasIndex(p => new { p.TenantId, p.Name }).IsUnique();
        });
        modelBuilder.Entity<TenantLimits>(e =>
        {
            e.ToTable("tenant_limits");
            e.HasKey(l => l.TenantId);
            e.Property(l => l.Routes).HasColumnType("jsonb").HasConversion(JsonDocuments.Converter<IReadOnlyList<ChangedRouteLimit>>(), JsonDocuments.Comparer<IReadOnlyList<ChangedRouteLimit>>());
        });
        modelBuilder.Entity<ModelUsage>(e =>
        {
            e.ToTable("model_usage");
            e.HasKey(u => new { u.TenantId, u.Day, u.Model });
        });
    }
}
