using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Platform.ServiceDefaults;

#nullable disable

namespace Platform.Tenancy.Storage.Migrations
{
    /// <inheritdoc />
    public partial class ModelUsage : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "model_tokens_per_month",
                table: "rate_limits",
                type: "bigint",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "model_usage",
                columns: table => new
                {
                    tenant_id = table.Column<Guid>(type: "uuid", nullable: false),
                    hour = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    model = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    calls = table.Column<long>(type: "bigint", nullable: false),
                    input_tokens = table.Column<long>(type: "bigint", nullable: false),
                    output_tokens = table.Column<long>(type: "bigint", nullable: false),
                    cost = table.Column<decimal>(type: "numeric", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_model_usage", x => new { x.tenant_id, x.hour, x.model });
                });

            migrationBuilder.IsolateTenants("model_usage");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "model_usage");

            migrationBuilder.DropColumn(
                name: "model_tokens_per_month",
                table: "rate_limits");
        }
    }
}
