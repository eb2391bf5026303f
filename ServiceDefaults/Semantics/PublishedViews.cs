using System.Text;
using Npgsql;

namespace Platform.ServiceDefaults.Semantics;

/// <summary>
/// The views that queries may read: one for each entity of the service's semantic model, its dimensions as columns, only
/// what the caller's clearance covers. They belong to the service's ordinary role, so that row-level security holds in them,
/// and the role <c>{database}_sql</c> may select from them and do nothing else.
/// </summary>
internal static class PublishedViews
{
    public const string Schema = "published";

    /// <summary>The setting that holds the caller's clearance.</summary>
    public const string Clearance = "app.clearance";

    /// <summary>Away before migrations, which change what they rest on.</summary>
    public const string Remove = $"DROP SCHEMA IF EXISTS {Schema} CASCADE";

    /// <summary>Makes them anew; in one command, and so in one step for those who read them meanwhile.</summary>
    public static string Make(SemanticModel model, string appRole, string sqlRole)
    {
        using var names = new NpgsqlCommandBuilder();
        var (app, sql) = (names.QuoteIdentifier(appRole), names.QuoteIdentifier(sqlRole));
        var script = new StringBuilder($"{Remove}; CREATE SCHEMA {Schema}; GRANT USAGE, CREATE ON SCHEMA {Schema} TO {app}; GRANT USAGE ON SCHEMA {Schema} TO {sql}; REVOKE ALL ON SCHEMA public FROM {sql};\n");
        foreach (var entity in model.Entities)
        {
            var view = $"{Schema}.{names.QuoteIdentifier(entity.Name)}";
            var columns = string.Join(", ", entity.Dimensions.Select(d => $"{d.Sql} AS {names.QuoteIdentifier(d.Name)}"));
            var visible = entity.Visible.Replace("@clearance", $"(SELECT nullif(current_setting('{Clearance}', true), '')::smallint)", StringComparison.Ordinal);
            script.Append($"CREATE VIEW {view} WITH (security_barrier) AS SELECT {columns} FROM public.{entity.Table} WHERE {visible}; ALTER VIEW {view} OWNER TO {app}; GRANT SELECT ON {view} TO {sql};\n");
        }

        return script.Append($"REVOKE CREATE ON SCHEMA {Schema} FROM {app}").ToString();
    }
}
