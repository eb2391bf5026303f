using System.Text;
using Microsoft.EntityFrameworkCore;
using Platform.Contracts;

namespace Platform.ServiceDefaults;

/// <summary>
/// What every service's database has: outbox, inbox and idempotency keys, names in snake_case, and the tenant of the
/// scope behind every command.
/// </summary>
public abstract class PlatformDbContext : DbContext
{
    protected PlatformDbContext(DbContextOptions options, CallContext call)
        : base(options)
    {
        Call = call;
        // A lone statement would carry the tenant's setting in its own batch, and EF would take that for the changed row:
        // a lost concurrency check.
        Database.AutoTransactionBehavior = AutoTransactionBehavior.Always;
    }

    public DbSet<OutboxMessage> Outbox => Set<OutboxMessage>();

    public DbSet<InboxMessage> Inbox => Set<InboxMessage>();

    public DbSet<IdempotencyKey> IdempotencyKeys => Set<IdempotencyKey>();

    /// <summary>The caller of this context's scope.</summary>
    protected CallContext Call { get; }

    /// <summary>Publishes an event of the scope's tenant with the next save: state and event commit together.</summary>
    /// <param name="event">The event.</param>
    /// <param name="orderKey">Events with the same key are sent in the order they were written.</param>
    public void Publish(IIntegrationEvent @event, string? orderKey = null) => PublishFor(Call.TenantId, @event, orderKey);

    /// <summary>Publishes an event of a tenant that the scope is only about to enter, such as one just created.</summary>
    public void PublishFor(Guid tenantId, IIntegrationEvent @event, string? orderKey = null) =>
        Outbox.Add(OutboxMessage.For(tenantId, @event, Call.HasCaller ? Call.Subject : null, orderKey, TimeProvider.System.GetUtcNow()));

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.Entity<OutboxMessage>(e =>
        {
            e.ToTable("outbox");
            e.HasKey(m => m.Id);
            e.Property(m => m.Body).HasColumnType("text");
        });
        modelBuilder.Entity<InboxMessage>(e =>
        {
            e.ToTable("inbox");
            e.HasKey(m => new { m.MessageId, m.Consumer });
            e.HasIndex(m => m.ProcessedAt);
        });
        modelBuilder.Entity<IdempotencyKey>(e =>
        {
            e.ToTable("idempotency_keys");
            e.HasKey(k => new { k.TenantId, k.Caller, k.Key });
            e.Property(k => k.Headers).HasColumnType("jsonb");
            e.HasIndex(k => k.CreatedAt);
        });
    }

    /// <summary>Renames whatever the model names by convention to snake_case; call it at the end of the model.</summary>
    protected static void UseSnakeCase(ModelBuilder modelBuilder)
    {
        foreach (var entity in modelBuilder.Model.GetEntityTypes())
        {
            if (entity.GetTableName() is { } table)
            {
                entity.SetTableName(SnakeCase(table));
            }

            foreach (var property in entity.GetProperties())
            {
                property.SetColumnName(SnakeCase(property.GetColumnName()));
            }

            foreach (var key in entity.GetKeys())
            {
                key.SetName(SnakeCase(key.GetName()!));
            }

            foreach (var key in entity.GetForeignKeys())
            {
                key.SetConstraintName(SnakeCase(key.GetConstraintName()!));
            }

            foreach (var index in entity.GetIndexes())
            {
                index.SetDatabaseName(SnakeCase(index.GetDatabaseName()!));
            }
        }
    }

    private static string SnakeCase(string name)
    {
        var text = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if (char.IsUpper(c) && i > 0 && name[i - 1] != '_' && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1]))))
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }
}
