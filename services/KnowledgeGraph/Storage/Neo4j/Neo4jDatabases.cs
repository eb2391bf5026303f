namespace Platform.KnowledgeGraph.Storage.Neo4j;

/// <summary>
/// Which database holds which graph. Databases cannot be renamed, so a graph is an alias, and a graph that takes the place of another is
/// the alias turned to another database. A server of Community edition has neither; there, one database is one graph.
/// </summary>
internal sealed class Neo4jDatabases(Neo4jClient client, Neo4jOptions options)
{
    private const string System = "system";
    private const string Prefix = "kg-";
    private const int TenantLength = 32;
    private static readonly ReadLimits Limits = new(TimeSpan.FromSeconds(60));

    /// <summary>The database that is always there.</summary>
    public string SystemName => options.Database ?? System;

    public string NameOf(GraphKey graph) => options.Database ?? Alias(graph);

    /// <summary>Makes the database of a graph, unless there is one.</summary>
    public async Task CreateAsync(GraphKey graph, CancellationToken ct)
    {
        if (options.Database is null && await TargetAsync(graph, ct) is null)
        {
            var database = $"{Alias(graph)}-{Guid.NewGuid().ToString("N")[..5]}";
            await RunAsync($"CREATE DATABASE `{database}` IF NOT EXISTS WAIT 30 SECONDS", null, ct);
            await RunAsync($"CREATE ALIAS `{Alias(graph)}` IF NOT EXISTS FOR DATABASE `{database}`", null, ct);
        }
    }

    public async Task DropAsync(GraphKey graph, CancellationToken ct)
    {
        if (options.Database is { } only)
        {
            await client.RunAsync(only, "MATCH (n) DETACH DELETE n", null, isRead: false, Limits, ct);
        }
        else if (await TargetAsync(graph, ct) is { } database)
        {
            await RunAsync($"DROP ALIAS `{Alias(graph)}` IF EXISTS FOR DATABASE", null, ct);
            await RunAsync($"DROP DATABASE `{database}` IF EXISTS DESTROY DATA WAIT 30 SECONDS", null, ct);
        }
    }

    public async Task ReplaceAsync(GraphKey graph, GraphKey by, CancellationToken ct)
    {
        if (options.Database is not null)
        {
            throw new GraphStoreException(GraphFailure.Unavailable, "A single database holds a single graph.");
        }

        // Without one to put in its place, an earlier call has done it.
        if (await TargetAsync(by, ct) is not { } next)
        {
            return;
        }

        var before = await TargetAsync(graph, ct);
        await RunAsync(before is null ? $"CREATE ALIAS `{Alias(graph)}` FOR DATABASE `{next}`" : $"ALTER ALIAS `{Alias(graph)}` SET DATABASE TARGET `{next}`", null, ct);
        await RunAsync($"DROP ALIAS `{Alias(by)}` IF EXISTS FOR DATABASE", null, ct);
        if (before is not null && before != next)
        {
            await RunAsync($"DROP DATABASE `{before}` IF EXISTS DESTROY DATA WAIT 30 SECONDS", null, ct);
        }
    }

    public async Task<IReadOnlyList<GraphKey>> ListAsync(CancellationToken ct)
    {
        if (options.Database is not null)
        {
            return [];
        }

        var answer = await RunAsync("SHOW ALIASES FOR DATABASE YIELD name WHERE name STARTS WITH $prefix RETURN name", new() { ["prefix"] = Prefix }, ct);
        return [.. answer.Values.Select(row => (string)Neo4jJson.Read(row[0])!).Where(n => n.Length > Prefix.Length + TenantLength).Select(KeyOf)];
    }

    /// <summary><c>kg:{tenant}:amber+strict:restored</c> as a name that databases may have: letters, digits and hyphens, at most 63.</summary>
    internal static string Alias(GraphKey graph) => graph.Name.Split(':') is ["kg", var tenant, .. var rest] && Guid.TryParse(tenant, out var id)
        ? $"{Prefix}{id:N}-{string.Join('-', rest).Replace('+', '-')}"
        : throw new ArgumentException("The key is not that of a graph.", nameof(graph));

    internal static GraphKey KeyOf(string alias)
    {
        var tenant = Guid.ParseExact(alias.AsSpan(Prefix.Length, TenantLength), "N");
        var rest = alias[(Prefix.Length + TenantLength + 1)..].Replace("amber-strict", "amber+strict", StringComparison.Ordinal).Replace('-', ':');
        return new GraphKey($"kg:{tenant:D}:{rest}");
    }

    private async Task<string?> TargetAsync(GraphKey graph, CancellationToken ct)
    {
        var answer = await RunAsync("SHOW ALIASES FOR DATABASE YIELD name, database WHERE name = $name RETURN database", new() { ["name"] = Alias(graph) }, ct);
        return answer.Values.Select(row => Neo4jJson.Read(row[0]) as string).FirstOrDefault();
    }

    private Task<Neo4jAnswer> RunAsync(string statement, Dictionary<string, object?>? parameters, CancellationToken ct) =>
        client.RunAsync(System, statement, parameters, isRead: false, Limits, ct);
}
