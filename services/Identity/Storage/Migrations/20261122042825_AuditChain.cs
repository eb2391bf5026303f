using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Platform.ServiceDefaults;

#nullable disable

namespace Platform.Identity.Storage.Migrations
{
    /// <inheritdoc />
    public partial class AuditChain : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(AuditSchema.Create);
            migrationBuilder.Sql(AuditSchema.Functions);
            migrationBuilder.Sql(AuditSchema.Fill);
            migrationBuilder.Sql(AuditSchema.Guard);
            migrationBuilder.IsolateTenants("audit_heads");
            migrationBuilder.IsolateTenants("audit_checkpoints");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            throw new NotSupportedException("An audit log that can be taken apart is none.");
    }
}
