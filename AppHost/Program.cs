using Platform.AppHost;

var builder = DistributedApplication.CreateBuilder(args);
var run = builder.AddRunOptions();

var postgres = builder.AddPostgres("postgres").WithTuning(run);
var identityDb = postgres.AddDatabase("identitydb", "identity");
var tenancyDb = postgres.AddDatabase("tenancydb", "tenancy");
var threatIntelDb = postgres.AddDatabase("threatinteldb", "threatintel");
var agentDb = postgres.AddDatabase("agentdb", "agent");
var rabbitmq = builder.AddRabbitMQ("rabbitmq").KeepData(run, "/var/lib/rabbitmq");
var cache = builder.AddRedis("cache").WithCacheSettings();
var state = builder.AddRedis("state").WithStateSettings(run);
var graph = builder.AddGraph("graph").KeepData(run, "/var/lib/falkordb/data");

if (!run.StoresOnly)
{
    var identity = builder.AddService("identity", "Identity", run).WithStore(identityDb).WithBroker(rabbitmq);
    var tenancy = builder.AddService("tenancy", "Tenancy", run).WithStore(tenancyDb).WithBroker(rabbitmq);
    var threatIntel = builder.AddService("threatintel", "ThreatIntel", run).WithRoomForBatches().WithStore(threatIntelDb).WithBroker(rabbitmq);
    var knowledgeGraph = builder.AddService("knowledgegraph", "KnowledgeGraph", run).WithRoomForBatches().WithStore(graph).WithBroker(rabbitmq);
    var agent = builder.AddService("agent", "Agent", run).WithStore(agentDb).WithBroker(rabbitmq);

    var gateways = Enumerable.Range(1, run.Gateways).Select(n => builder
        .AddService(n == 1 ? "gateway" : $"gateway-{n}", "Gateway", run, port: n == 1 ? run.GatewayPort : null, isPublic: true)
        .WithHttpEndpoint(name: "internal", env: "INTERNAL_PORT")
        .WithEnvironment("Gateway__Instances", run.Gateways.ToString(System.Globalization.CultureInfo.InvariantCulture))
        .WithStore(cache).WithStore(state).WithBroker(rabbitmq)).ToList();
    var gateway = gateways[0];

    var backupKey = builder.AddKey("backup-key");
    foreach (var service in (IResourceBuilder<ProjectResource>[])[identity, tenancy, threatIntel, knowledgeGraph, agent])
    {
        service.WithEnvironment("Backup__Key", backupKey);
        var key = builder.AddInternalKey(service.Resource.Name);
        service.WithEnvironment("InternalAuth__Key", key);
        gateways.ForEach(g => g.WithEnvironment($"InternalAuth__Keys__{service.Resource.Name}", key).WithReference(service.GetEndpoint("http")));
    }

    agent.WithReference(threatIntel.GetEndpoint("http"))
        .WithReference(knowledgeGraph.GetEndpoint("http"))
        .WithReference(tenancy.GetEndpoint("http"))
        .WithEnvironment("services__gateway-internal__http__0", gateway.GetEndpoint("internal"));
    gateways.ForEach(g => g.WithEnvironment("Gateway__Issuer", gateway.GetEndpoint("http")));
    identity.WithEnvironment("Identity__Issuer", gateway.GetEndpoint("http"))
        .WithEnvironment("Identity__AdminPasswordFile", run.AdminPasswordFile)
        .WithEnvironment("Identity__KeyEncryptionKey", builder.AddKey("identity-sealing-key"));
    tenancy.WithReference(identity.GetEndpoint("http"))
        .WithReference(threatIntel.GetEndpoint("http"))
        .WithReference(knowledgeGraph.GetEndpoint("http"))
        .WithReference(agent.GetEndpoint("http"))
        .WithEnvironment("Tenancy__KeyPepper", builder.AddKey("tenancy-key-pepper"))
        .WithEnvironment("Tenancy__Environment", "live");
    threatIntel.WithEnvironment("ThreatIntel__LoadSample", run.LoadSample);
    knowledgeGraph.WithEnvironment("Graph__AdminPassword", graph.Resource.AdminPassword);
}

builder.Build().Run();
