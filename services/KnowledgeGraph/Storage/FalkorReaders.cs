using System.Security.Cryptography;
using System.Text;
using FalkorDb;

namespace Platform.KnowledgeGraph.Storage;

/// <summary>
/// A database user for each graph that is read, who can read that graph and nothing else: should a query ever get past its check, the
/// server knows no other graph for it, and no write. The users live in the server's memory; one that is missing is made when it is
/// needed. Their passwords follow from the administrator's, so that every process knows them.
/// </summary>
internal sealed class FalkorReaders : IDisposable
{
    private readonly FalkorDbClient _readers;
    private readonly FalkorDbClient _administrator;
    private readonly byte[] _secret;

    public FalkorReaders(FalkorDbOptions server, FalkorDbLogin administrator)
    {
        _secret = Secret(administrator);
        _administrator = new FalkorDbClient(server with { User = administrator.User, Password = administrator.Password, MaxConnections = 2 });
        _readers = new FalkorDbClient(server with { User = null, Password = null, LoginOf = LoginOf });
    }

    /// <summary>A graph as its reader sees it.</summary>
    public FalkorDbGraph Graph(GraphKey key) => _readers.Graph(key.Name);

    /// <summary>Makes the reader of a graph.</summary>
    public async Task AdmitAsync(GraphKey graph, CancellationToken ct)
    {
        var (user, password) = LoginOf(graph.Name);
        await _administrator.CommandAsync(
            ["ACL", "SETUSER", user, "reset", "on", $">{password}", $"~{graph.Name}", "+graph.ro_query", "+graph.explain", "+graph.profile"], ct);
    }

    /// <summary>Removes the reader of a graph that is gone.</summary>
    public Task DismissAsync(GraphKey graph, CancellationToken ct) => _administrator.CommandAsync(["ACL", "DELUSER", LoginOf(graph.Name).User], ct);

    public void Dispose()
    {
        _readers.Dispose();
        _administrator.Dispose();
    }

    /// <summary>The reader of a graph.</summary>
    internal static FalkorDbLogin LoginOf(FalkorDbLogin administrator, GraphKey graph) => LoginOf(Secret(administrator), graph.Name);

    private FalkorDbLogin LoginOf(string graph) => LoginOf(_secret, graph);

    private static FalkorDbLogin LoginOf(byte[] secret, string graph)
    {
        var user = $"reader:{graph}";
        return new FalkorDbLogin(user, Convert.ToHexStringLower(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(user))));
    }

    private static byte[] Secret(FalkorDbLogin administrator) => SHA256.HashData(Encoding.UTF8.GetBytes(administrator.Password));
}
