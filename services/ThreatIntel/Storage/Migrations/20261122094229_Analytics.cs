using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Platform.ServiceDefaults;

#nullable disable

namespace Platform.ThreatIntel.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Analytics : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "recorded_at",
                table: "indicators",
                type: "timestamp with time zone",
                nullable: false,
                defaultValue: new DateTimeOffset(new DateTime(1, 1, 1, 0, 0, 0, 0, DateTimeKind.Unspecified), new TimeSpan(0, 0, 0, 0, 0)));

            migrationBuilder.CreateTable(
                name: "rollup_arrivals",
                columns: table => new
                {
                    tenant_id = table.Column<Guid>(type: "uuid", nullable: false),
                    span = table.Column<string>(type: "text", nullable: false),
                    dimension = table.Column<string>(type: "text", nullable: false),
                    bucket = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    value = table.Column<string>(type: "text", nullable: false),
                    tlp = table.Column<short>(type: "smallint", nullable: false),
                    shadowed_from = table.Column<short>(type: "smallint", nullable: false),
                    count = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_rollup_arrivals", x => new { x.tenant_id, x.span, x.dimension, x.bucket, x.value, x.tlp, x.shadowed_from });
                });

            migrationBuilder.CreateTable(
                name: "rollup_campaigns",
                columns: table => new
                {
                    tenant_id = table.Column<Guid>(type: "uuid", nullable: false),
                    edge = table.Column<string>(type: "text", nullable: false),
                    day = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    tlp = table.Column<short>(type: "smallint", nullable: false),
                    shadowed_from = table.Column<short>(type: "smallint", nullable: false),
                    count = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_rollup_campaigns", x => new { x.tenant_id, x.edge, x.day, x.tlp, x.shadowed_from });
                });

            migrationBuilder.CreateTable(
                name: "rollup_incidents",
                columns: table => new
                {
                    tenant_id = table.Column<Guid>(type: "uuid", nullable: false),
                    day = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    severity = table.Column<string>(type: "text", nullable: false),
                    tlp = table.Column<short>(type: "smallint", nullable: false),
                    opened = table.Column<long>(type: "bigint", nullable: false),
                    triaged = table.Column<long>(type: "bigint", nullable: false),
                    triage_seconds = table.Column<long>(type: "bigint", nullable: false),
                    contained = table.Column<long>(type: "bigint", nullable: false),
                    contain_seconds = table.Column<long>(type: "bigint", nullable: false),
                    resolved = table.Column<long>(type: "bigint", nullable: false),
                    resolve_seconds = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_rollup_incidents", x => new { x.tenant_id, x.day, x.severity, x.tlp });
                });

            migrationBuilder.CreateTable(
                name: "rollup_indicators",
                columns: table => new
                {
                    tenant_id = table.Column<Guid>(type: "uuid", nullable: false),
                    source = table.Column<string>(type: "text", nullable: false),
                    severity = table.Column<string>(type: "text", nullable: false),
                    is_live = table.Column<bool>(type: "boolean", nullable: false),
                    tlp = table.Column<short>(type: "smallint", nullable: false),
                    shadowed_from = table.Column<short>(type: "smallint", nullable: false),
                    count = table.Column<long>(type: "bigint", nullable: false),
                    with_confidence = table.Column<long>(type: "bigint", nullable: false),
                    confidence_sum = table.Column<long>(type: "bigint", nullable: false),
                    with_end = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_rollup_indicators", x => new { x.tenant_id, x.source, x.severity, x.is_live, x.tlp, x.shadowed_from });
                });

            migrationBuilder.CreateTable(
                name: "rollup_links",
                columns: table => new
                {
                    tenant_id = table.Column<Guid>(type: "uuid", nullable: false),
                    object_type = table.Column<string>(type: "text", nullable: false),
                    relationship_type = table.Column<string>(type: "text", nullable: false),
                    other_type = table.Column<string>(type: "text", nullable: false),
                    stix_id = table.Column<string>(type: "text", nullable: false),
                    tlp = table.Column<short>(type: "smallint", nullable: false),
                    shadowed_from = table.Column<short>(type: "smallint", nullable: false),
                    count = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_rollup_links", x => new { x.tenant_id, x.object_type, x.relationship_type, x.other_type, x.stix_id, x.tlp, x.shadowed_from });
                });

            migrationBuilder.CreateTable(
                name: "rollup_objects",
                columns: table => new
                {
                    tenant_id = table.Column<Guid>(type: "uuid", nullable: false),
                    type = table.Column<string>(type: "text", nullable: false),
                    country = table.Column<string>(type: "text", nullable: false),
                    is_live = table.Column<bool>(type: "boolean", nullable: false),
                    tlp = table.Column<short>(type: "smallint", nullable: false),
                    shadowed_from = table.Column<short>(type: "smallint", nullable: false),
                    count = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_rollup_objects", x => new { x.tenant_id, x.type, x.country, x.is_live, x.tlp, x.shadowed_from });
                });

            migrationBuilder.Sql("""
                UPDATE indicators i SET recorded_at = o.created_at FROM objects o
                WHERE o.tenant_id = i.tenant_id AND o.stix_id = i.stix_id AND o.tlp = i.tlp
                """);
            migrationBuilder.CreateRollups();
            foreach (var table in new[] { "rollup_objects", "rollup_indicators", "rollup_arrivals", "rollup_campaigns", "rollup_links", "rollup_incidents" })
            {
                migrationBuilder.IsolateTenants(table);
            }
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropRollups();

            migrationBuilder.DropTable(
                name: "rollup_arrivals");

            migrationBuilder.DropTable(
                name: "rollup_campaigns");

            migrationBuilder.DropTable(
                name: "rollup_incidents");

            migrationBuilder.DropTable(
                name: "rollup_indicators");

            migrationBuilder.DropTable(
                name: "rollup_links");

            migrationBuilder.DropTable(
                name: "rollup_objects");

            migrationBuilder.DropColumn(
                name: "recorded_at",
                table: "indicators");
        }
    }
}
