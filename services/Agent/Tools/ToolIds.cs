namespace Platform.Agent.Tools;

/// <summary>The ids of the tools.</summary>
internal static class ToolIds
{
    public const string RunCypher = "run_cypher";
    public const string FindPath = "find_path";
    public const string Neighbors = "neighbors";
    public const string GetObject = "get_object";
    public const string LookupObservables = "lookup_observables";
    public const string SearchIndicators = "search_indicators";
    public const string Analytics = "analytics";
    public const string AttackMatrix = "attack_matrix";
    public const string Recommend = "recommend";
    public const string RunSemanticQuery = "run_semantic_query";
    public const string RunSql = "run_sql";
    public const string RenderChart = "render_chart";
    public const string CreateNote = "create_note";
    public const string OpenIncident = "open_incident";
}
