using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Platform.ServiceDefaults;

#nullable disable

namespace Platform.ThreatIntel.Storage.Migrations
{
    /// <inheritdoc />
    public partial class TaxiiAndLifecycle : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "spec_version",
                table: "object_versions",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "expiry_due",
                table: "indicators",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "saved_collections",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    tenant_id = table.Column<Guid>(type: "uuid", nullable: false),
                    title = table.Column<string>(type: "text", nullable: false),
                    description = table.Column<string>(type: "text", nullable: true),
                    types = table.Column<string[]>(type: "text[]", nullable: false),
                    level = table.Column<short>(type: "smallint", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_saved_collections", x => new { x.tenant_id, x.id });
                });

            migrationBuilder.CreateTable(
                name: "taxii_statuses",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    tenant_id = table.Column<Guid>(type: "uuid", nullable: false),
                    subject = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    body = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_taxii_statuses", x => new { x.tenant_id, x.id });
                });

            migrationBuilder.CreateIndex(
                name: "ix_objects_tenant_id_updated_at_revision",
                table: "objects",
                columns: new[] { "tenant_id", "updated_at", "revision" });

            migrationBuilder.CreateIndex(
                name: "ix_indicators_expiry_due",
                table: "indicators",
                column: "expiry_due",
                filter: "expiry_due IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_taxii_statuses_tenant_id_created_at",
                table: "taxii_statuses",
                columns: new[] { "tenant_id", "created_at" });

            migrationBuilder.IsolateTenants("saved_collections");
            migrationBuilder.IsolateTenants("taxii_statuses");
            migrationBuilder.CreateExpiryFunction();
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP FUNCTION tenants_with_expired_indicators(timestamptz)");
            migrationBuilder.DropTable(
                name: "saved_collections");

            migrationBuilder.DropTable(
                name: "taxii_statuses");

            migrationBuilder.DropIndex(
                name: "ix_objects_tenant_id_updated_at_revision",
                table: "objects");

            migrationBuilder.DropIndex(
                name: "ix_indicators_expiry_due",
                table: "indicators");

            migrationBuilder.DropColumn(
                name: "spec_version",
                table: "object_versions");

            migrationBuilder.DropColumn(
                name: "expiry_due",
                table: "indicators");
        }
    }
}
