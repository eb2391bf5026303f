using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Platform.Tenancy.Storage.Migrations
{
    /// <inheritdoc />
    public partial class UsagePartitionsBySubselect : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(UsageSchema.RenewPartitions);

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            // The policies say the same in either form.
        }
    }
}
