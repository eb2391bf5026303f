using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Platform.Tenancy.Storage.Migrations
{
    /// <inheritdoc />
    public partial class PackedHistograms : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(PackedHistogramSchema.Pack);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            throw new System.NotSupportedException("Restore a backup of before.");
        }
    }
}
