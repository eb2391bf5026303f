using FalkorDb;
using Platform.KnowledgeGraph.Storage.Neo4j;

namespace Platform.KnowledgeGraph.Storage;

/// <summary>The store that the connection string names: <c>redis://…</c> is FalkorDB, <c>neo4j+http(s)://…</c> is Neo4j.</summary>
internal static class StoreSetup
{
    private const string Administrator = "kgadmin";

    public static WebApplicationBuilder AddGraphStore(this WebApplicationBuilder builder)
    {
        var address = builder.Configuration.GetConnectionString("graph") ?? throw new InvalidOperationException("ConnectionStrings:graph is not set.");
        if (Neo4jOptions.IsNeo4j(address))
        {
            builder.AddNeo4j(Neo4jOptions.Parse(address));
        }
        else
        {
            builder.AddFalkorDb(FalkorDbOptions.Parse(address));
        }

        return builder;
    }

    private static void AddFalkorDb(this WebApplicationBuilder builder, FalkorDbOptions server)
    {
        var password = builder.Configuration["Graph:AdminPassword"]
            ?? throw new InvalidOperationException("Graph:AdminPassword is not set: a database user for each graph that is read is made with it.");
        builder.Services.AddSingleton(_ => new FalkorDbClient(server));
        builder.Services.AddSingleton(_ => new FalkorReaders(server, new FalkorDbLogin(Administrator, password)));
        builder.Services.AddSingleton<IGraphStore, FalkorGraphStore>();
    }

    private static void AddNeo4j(this WebApplicationBuilder builder, Neo4jOptions server)
    {
        if (server.Database is not null)
        {
            throw new InvalidOperationException("ConnectionStrings:graph names one database. The service needs one for each tenant and level (Neo4j Enterprise): leave it out.");
        }

        builder.Services.AddHttpClient(nameof(Neo4jClient), http => http.Timeout = Timeout.InfiniteTimeSpan);
        builder.Services.AddSingleton(server);
        builder.Services.AddSingleton(services => new Neo4jClient(services.GetRequiredService<IHttpClientFactory>().CreateClient(nameof(Neo4jClient)), server));
        builder.Services.AddSingleton<Neo4jDatabases>();
        builder.Services.AddSingleton<IGraphStore, Neo4jGraphStore>();
    }
}
