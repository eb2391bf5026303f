using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Platform.ThreatIntel.Storage.Migrations
{
    /// <inheritdoc />
    public partial class PageIndexes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_objects_tenant_id_modified",
                table: "objects");

            migrationBuilder.CreateIndex(
                name: "ix_objects_tenant_id_type_modified_stix_id",
                table: "objects",
                columns: new[] { "tenant_id", "type", "modified", "stix_id" });

            migrationBuilder.CreateIndex(
                name: "ix_objects_tenant_id_type_updated_at_revision",
                table: "objects",
                columns: new[] { "tenant_id", "type", "updated_at", "revision" });

            migrationBuilder.CreateIndex(
                name: "ix_object_versions_tenant_id_recorded_at_revision",
                table: "object_versions",
                columns: new[] { "tenant_id", "recorded_at", "revision" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_objects_tenant_id_type_modified_stix_id",
                table: "objects");

            migrationBuilder.DropIndex(
                name: "ix_objects_tenant_id_type_updated_at_revision",
                table: "objects");

            migrationBuilder.DropIndex(
                name: "ix_object_versions_tenant_id_recorded_at_revision",
                table: "object_versions");

            migrationBuilder.CreateIndex(
                name: "ix_objects_tenant_id_modified",
                table: "objects",
                columns: new[] { "tenant_id", "modified" });
        }
    }
}
