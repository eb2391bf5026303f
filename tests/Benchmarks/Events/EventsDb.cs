using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Platform.ServiceDefaults;

namespace Platform.Benchmarks.Events;

/// <summary>The smallest database that can publish and take events: a row an object heard.</summary>
internal sealed class EventsDb(DbContextOptions<EventsDb> options, CallContext call) : PlatformDbContext(options, call)
{
    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) =>
        optionsBuilder.ConfigureWarnings(w => w.Ignore(RelationalEventId.PendingModelChangesWarning));

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        UseSnakeCase(modelBuilder);
    }
}

[DbContext(typeof(EventsDb))]
[Migration("20260101000000_Initial")]
internal sealed class Initial : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        // As the services' own migrations make them.
        migrationBuilder.Sql("""
            CREATE TABLE heard (id text NOT NULL, tenant_id uuid NOT NULL, revision bigint NOT NULL, PRIMARY KEY (tenant_id, id));
            CREATE TABLE outbox (id uuid PRIMARY KEY, tenant_id uuid NOT NULL, type text NOT NULL, body text COMPRESSION lz4 NOT NULL, actor text, trace_parent text,
                order_key text, occurred_at timestamptz NOT NULL, attempts int NOT NULL, next_attempt_at timestamptz, parked_at timestamptz, last_error text);
            CREATE TABLE inbox (message_id uuid, consumer text, processed_at timestamptz NOT NULL, PRIMARY KEY (message_id, consumer));
            CREATE INDEX ix_inbox_processed_at ON inbox (processed_at);
            CREATE TABLE idempotency_keys (tenant_id uuid, caller text, key text, request_hash bytea NOT NULL, status int NOT NULL,
                headers jsonb NOT NULL, body bytea NOT NULL, created_at timestamptz NOT NULL, PRIMARY KEY (tenant_id, caller, key));
            """);
        migrationBuilder.SecureSharedTables();
        migrationBuilder.IsolateTenants("heard");
    }
}
