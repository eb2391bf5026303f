using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.GraphQL.Http;
using Platform.GraphQL.Tests.Http;

[assembly: AssemblyFixture(typeof(TestServer))]

namespace Platform.GraphQL.Tests.Http;

/// <summary>A small schema behind Kestrel.</summary>
public sealed class TestServer : IAsyncLifetime
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, ReadOnlyMemory<byte>> _kept = new();
    private int _drops;
    private int _tosses;

    public TestServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.UseWebSockets();
        _app.MapGraphQL("/graphql", new GraphQLEngine(Schema()), new GraphQLHttpOptions
        {
            Scope = _ => new RequestScope { Permits = _ => false, AllowIntrospection = true },
            Connect = (socket, payload, _) => new(payload is { } given && given.TryGetProperty("token", out var token) && token.GetString() == "good"
                ? new RequestScope { Items = { ["context"] = socket.Context } }
                : null),
            Admit = (_, request, _) => new(request.Cost > 40 ? new GraphQLError("Too many requests.") { Code = "RATE_LIMIT_EXCEEDED" } : null),
            ConnectTimeout = TimeSpan.FromMilliseconds(300),
            MaxBody = 20_000,
            MaxBatch = 3,
            Kept = new KeptAnswers
            {
                Find = (_, request, _) => new(_kept.TryGetValue(request.Fingerprint, out var body) ? body : (ReadOnlyMemory<byte>?)null),
                Store = (_, request, body, _) =>
                {
                    _kept[request.Fingerprint] = body;
                    return default;
                },
            },
        });
        _app.MapGraphQL("/known", new GraphQLEngine(Schema()), new GraphQLHttpOptions
        {
            Persisted = new PersistedDocuments { Find = (hash, _) => new(hash == "abc" ? "{ hello }" : null), IsExclusive = true },
        });
    }

    public Uri Address { get; private set; } = null!;

    public HttpClient Client { get; } = new();

    public async ValueTask InitializeAsync()
    {
        await _app.StartAsync();
        Address = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Client.BaseAddress = Address;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    private Schema Schema() => GraphQL.Schema.Build(schema =>
    {
        schema.Query(query =>
        {
            query.Field("hello(name: String = \"world\" @constraint(maxLength: 10)): String").CacheControl(60).Resolve(context => $"Hello, {context.Argument<string>("name")}!");
            query.Field("toss(for: String): Int").CacheControl(60).Resolve(_ => Interlocked.Increment(ref _tosses));
            query.Field("tossAnew: Int").Resolve(_ => Interlocked.Increment(ref _tosses));
            query.Field("secret: String").Requires("read:secrets").Resolve(_ => "!");
            query.Field("dear: [Dear!]!").ListSize(50).Resolve(_ => new[] { new { A = 1 } });
        });
        schema.Object("Dear", type => type.Field("a: Int"));
        schema.Mutation(mutation => mutation.Field("add(value: Int!): Int!").Resolve(context => context.Argument<int>("value") + 1));
        schema.Subscription(subscription =>
        {
            subscription.Field("count(to: Int!): Int!").Subscribe(context => Count(context.Argument<int>("to"), context.CancellationToken));
            subscription.Field("broken: Int").Subscribe(_ => throw new GraphQLException("It has no events."));
            subscription.Field("droppedOnce: Int!").Subscribe(Dropped);
        });
    });

    private static async IAsyncEnumerable<object?> Count(int to, [EnumeratorCancellation] CancellationToken ct)
    {
        for (var i = 1; i <= to; i++)
        {
            ct.ThrowIfCancellationRequested();
            await Task.Yield();
            yield return i;
        }
    }

    private async IAsyncEnumerable<object?> Dropped(ResolveContext context)
    {
        await Task.Yield();
        yield return 1;
        if (Interlocked.Increment(ref _drops) == 1)
        {
            ((Microsoft.AspNetCore.Http.HttpContext)context.Request.Items["context"]!).Abort();
        }

        yield return 2;
    }

    public async Task<JsonElement> PostAsync(object body, string path = "/graphql") =>
        JsonElement.Parse(await (await Client.PostAsync(path, Json(body))).Content.ReadAsByteArrayAsync());

    public static StringContent Json(object body) => new(body as string ?? JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json");
}
