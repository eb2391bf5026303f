using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Platform.ThreatIntel.Storage.Migrations
{
    /// <inheritdoc />
    public partial class StatedAt : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<short>(
                name: "stated_at",
                table: "object_versions",
                type: "smallint",
                nullable: false,
                defaultValue: (short)4);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "stated_at",
                table: "object_versions");
        }
    }
}
