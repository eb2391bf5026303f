using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Platform.Identity.Storage.Migrations
{
    /// <inheritdoc />
    public partial class TenantEventTimes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "named_at",
                table: "tenants",
                type: "timestamp with time zone",
                nullable: false,
                defaultValueSql: "'-infinity'");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "status_at",
                table: "tenants",
                type: "timestamp with time zone",
                nullable: false,
                defaultValueSql: "'-infinity'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "named_at",
                table: "tenants");

            migrationBuilder.DropColumn(
                name: "status_at",
                table: "tenants");
        }
    }
}
