using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Platform.AppHost;

/// <summary>FalkorDB with two users: <c>kg</c> for the service, bound to the keys <c>kg:*</c>, and <c>kgadmin</c> for what is rare.</summary>
internal sealed class GraphResource(string name, ParameterResource password, ParameterResource adminPassword)
    : ContainerResource(name), IResourceWithConnectionString
{
    public ParameterResource Password { get; } = password;

    public ParameterResource AdminPassword { get; } = adminPassword;

    public EndpointReference Endpoint => new(this, "tcp");

    public ReferenceExpression ConnectionStringExpression
        => ReferenceExpression.Create($"redis://kg:{Password}@{Endpoint.Property(EndpointProperty.Host)}:{Endpoint.Property(EndpointProperty.Port)}");
}

internal static class GraphExtensions
{
    // Everything the service asks of its own graphs; nothing that reaches another key or the server.
    private const string ServiceCommands =
        "+graph.query +graph.ro_query +graph.delete +graph.copy +graph.list +graph.explain +graph.profile +graph.memory +graph.info "
        + "+graph.constraint +graph.slowlog +exists +type +get +set +del +rename +scan "
        + "+ping +echo +hello +auth +client|id +client|setname +client|setinfo +client|getname +info +select";

    // The log is what survives a crash; the snapshot rule, which the server has by default, is put out of reach.
    private const string Server = "--appendonly yes --appendfsync everysec --auto-aof-rewrite-min-size 192mb --save 86400 1000000000 --maxmemory 6gb --maxmemory-policy noeviction";

    // Above what it keeps (6 GB) and four queries may take (1 GB each); a query that goes past its limit ends this server, not the machine.
    private const string Memory = "--memory=14g";

    // Effects: the log holds what a query changed, not its text. The server has no index yet while it loads, so that replayed
    // queries scan: 126 MB of them took over three minutes, the same changes as effects 8 s.
    // Without the limits one query could take all memory or a core for ever; CSV files are not read at all.
    private const string Module =
        "THREAD_COUNT 4 OMP_THREAD_COUNT 1 TIMEOUT_MAX 30000 TIMEOUT_DEFAULT 10000 QUERY_MEM_CAPACITY 1073741824 "
        + "RESULTSET_SIZE 100000 MAX_QUEUED_QUERIES 256 CACHE_SIZE 200 EFFECTS_THRESHOLD 0 IMPORT_FOLDER /nonexistent/";

    public static IResourceBuilder<GraphResource> AddGraph(this IDistributedApplicationBuilder builder, string name)
    {
        var password = Password(builder, $"{name}-password");
        var adminPassword = Password(builder, $"{name}-admin-password");
        var graph = new GraphResource(name, password.Resource, adminPassword.Resource);
        var check = $"{name}_check";
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(check, _ => new GraphCheck(graph), null, null, TimeSpan.FromSeconds(5)));
        return builder.AddResource(graph)
            .WithImage("falkordb/falkordb", "v4.16.3")
            .WithContainerRuntimeArgs(Memory)
            .WithEndpoint(targetPort: 6379, name: "tcp")
            .WithEnvironment("BROWSER", "0")
            .WithEnvironment("REDIS_ARGS", ReferenceExpression.Create(
                $"{Server} --user default off --user kg on >{password} ~kg:* {ServiceCommands} --user kgadmin on >{adminPassword} ~* &* +@all"))
            .WithEnvironment("FALKORDB_ARGS", Module)
            .WithHealthCheck(check);
    }

    private static IResourceBuilder<ParameterResource> Password(IDistributedApplicationBuilder builder, string name)
        => builder.AddParameter(name, new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true);

    /// <summary>The service's user can sign in and the server has loaded its data.</summary>
    private sealed class GraphCheck(GraphResource graph) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            var password = await graph.Password.GetValueAsync(cancellationToken);
            using var client = new TcpClient();
            await client.ConnectAsync(graph.Endpoint.Host, graph.Endpoint.Port, cancellationToken);
            await using var stream = client.GetStream();
            await stream.WriteAsync(Encoding.UTF8.GetBytes($"AUTH kg {password}\r\nPING\r\n"), cancellationToken);
            using var reader = new StreamReader(stream);
            var answers = $"{await reader.ReadLineAsync(cancellationToken)} {await reader.ReadLineAsync(cancellationToken)}";
            return answers == "+OK +PONG" ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(answers);
        }
    }
}
