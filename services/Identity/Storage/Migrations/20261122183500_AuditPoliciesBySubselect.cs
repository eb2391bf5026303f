using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Platform.Identity.Storage.Migrations
{
    /// <inheritdoc />
    public partial class AuditPoliciesBySubselect : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(AuditSchema.RenewPolicies);

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            // The policies say the same in either form.
        }
    }
}
