using Microsoft.EntityFrameworkCore.Migrations;

namespace Platform.ServiceDefaults;

/// <summary>What migrations say about tenancy.</summary>
public static class MigrationExtensions
{
    // In a sub-select, so that the planner reckons with a tenant of average size. With the setting itself it looks the tenant up
    // in its statistics, takes one that came after the last ANALYZE for an empty one, and reads all of its rows for each key.
    private const string OwnTenant = $"tenant_id = (SELECT nullif(current_setting('{TenantSetting.Name}', true), '')::uuid)";

    /// <summary>
    /// Forces row-level security on a table with a <c>tenant_id</c> column: rows of another tenant than the setting
    /// <c>app.tenant_id</c> can neither be seen nor written, also by the table's owner; without the setting there are none.
    /// </summary>
    public static void IsolateTenants(this MigrationBuilder migration, string table) => migration.Sql($"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY tenant_isolation ON {table} USING ({OwnTenant}) WITH CHECK ({OwnTenant});
        """);

    /// <summary>Gives policies that <see cref="IsolateTenants"/> made before it used a sub-select the form of today.</summary>
    public static void RenewTenantPolicies(this MigrationBuilder migration) => migration.Sql($"""
        DO $$ DECLARE name text; BEGIN
            FOR name IN SELECT tablename FROM pg_policies WHERE schemaname = 'public' AND policyname = 'tenant_isolation' LOOP
                EXECUTE format('ALTER POLICY tenant_isolation ON public.%1$I USING (%2$s) WITH CHECK (%2$s)', name, $p${OwnTenant}$p$);
            END LOOP;
        END $$;
        """);

    /// <summary>
    /// What the shared tables need: call it once, in the first migration, after they are created. The service's own role
    /// may add to the outbox in any tenant's name and read nothing of it; only the relay's role reads and deletes. A
    /// trigger wakes the relay when a transaction with events commits.
    /// </summary>
    public static void SecureSharedTables(this MigrationBuilder migration)
    {
        migration.IsolateTenants("idempotency_keys");
        migration.Sql("""
            ALTER TABLE outbox ADD COLUMN seq bigint GENERATED ALWAYS AS IDENTITY;
            CREATE INDEX ix_outbox_pending ON outbox (seq) WHERE parked_at IS NULL;
            ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
            ALTER TABLE outbox FORCE ROW LEVEL SECURITY;
            CREATE POLICY outbox_append ON outbox FOR INSERT WITH CHECK (true);
            DO $$ BEGIN
                EXECUTE format('CREATE POLICY outbox_relay ON outbox TO %I USING (true)', current_database() || '_relay');
            END $$;
            CREATE FUNCTION notify_outbox() RETURNS trigger LANGUAGE plpgsql AS
                $f$ BEGIN PERFORM pg_notify('outbox', ''); RETURN NULL; END $f$;
            CREATE TRIGGER outbox_written AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION notify_outbox();
            """);
    }
}
