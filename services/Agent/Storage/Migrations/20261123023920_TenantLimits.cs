using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Platform.ServiceDefaults;

#nullable disable

namespace Platform.Agent.Storage.Migrations
{
    /// <inheritdoc />
    public partial class TenantLimits : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "tenant_limits",
                columns: table => new
                {
                    tenant_id = table.Column<Guid>(type: "uuid", nullable: false),
                    routes = table.Column<string>(type: "jsonb", nullable: false),
                    model_tokens_per_month = table.Column<long>(type: "bigint", nullable: true),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_tenant_limits", x => x.tenant_id);
                });

            migrationBuilder.IsolateTenants("tenant_limits");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "tenant_limits");
        }
    }
}
