namespace Platform.KnowledgeGraph.Storage.Neo4j;

/// <summary>Where a Neo4j server is.</summary>
/// <param name="Address">Its HTTP address.</param>
/// <param name="User">Who signs in.</param>
/// <param name="Password">Their password.</param>
/// <param name="Database">
/// The one database to use, where the server has no others to make (Community edition): it then holds a single graph, which does for
/// testing the store and not for running the service.
/// </param>
internal sealed record Neo4jOptions(Uri Address, string User, string Password, string? Database)
{
    public static bool IsNeo4j(string address) => address.StartsWith("neo4j+http", StringComparison.Ordinal);

    /// <summary>Reads <c>neo4j+http(s)://user:password@host:port[/database]</c>; user and password are percent-decoded.</summary>
    public static Neo4jOptions Parse(string address)
    {
        if (!IsNeo4j(address) || !Uri.TryCreate(address["neo4j+".Length..], UriKind.Absolute, out var uri) || uri.UserInfo.Split(':') is not [var user, var password])
        {
            throw new FormatException("The graph address must look like neo4j+http(s)://user:password@host:port.");
        }

        var database = uri.AbsolutePath.Trim('/');
        return new Neo4jOptions(
            new Uri(uri.GetLeftPart(UriPartial.Scheme) + uri.Authority.Split('@')[^1]), Uri.UnescapeDataString(user), Uri.UnescapeDataString(password), database.Length == 0 ? null : database);
    }
}
