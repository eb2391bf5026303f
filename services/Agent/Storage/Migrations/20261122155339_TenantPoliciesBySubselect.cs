using Microsoft.EntityFrameworkCore.Migrations;
using Platform.ServiceDefaults;

#nullable disable

namespace Platform.Agent.Storage.Migrations
{
    /// <inheritdoc />
    public partial class TenantPoliciesBySubselect : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.RenewTenantPolicies();

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            // The policies say the same in either form.
        }
    }
}
