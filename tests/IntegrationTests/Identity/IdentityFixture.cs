using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Npgsql;
using Platform.Contracts;
using Platform.Contracts.Tenancy;
using Platform.Identity.Storage;
using Platform.ServiceDefaults;
using Platform.TestSupport;

namespace Platform.IntegrationTests.Identity;

/// <summary>The Identity service on a database of its own, called as the gateway calls it; shared by its test classes.</summary>
public sealed class IdentityFixture(Stack stack) : IAsyncLifetime
{
    public const string Password = "a really fine pass 9";
    public const string Issuer = "http://identity.test:7777";

    private readonly string _passwordFile = Path.Combine(Path.GetTempPath(), $"admin-{Guid.NewGuid():N}");
    private TestDatabase _database = null!;
    private ServiceHost<IdentityDb> _host = null!;
    private int _addresses;

    /// <summary>Started by the tests that want it: until then mail waits.</summary>
    public MailServer Mail { get; } = new();

    public SmsProvider Sms { get; } = new();

    public IServiceProvider Services => _host.Services;

    /// <summary>Connects as the server's owner, whom row-level security does not hold.</summary>
    public NpgsqlDataSource Owner { get; private set; } = null!;

    /// <summary>Connects as the service does.</summary>
    public NpgsqlDataSource App => Services.GetRequiredService<NpgsqlDataSource>();

    public string AdminPassword { get; private set; } = "";

    public string PasswordFile => _passwordFile;

    /// <summary>The first administrator's tokens.</summary>
    public JsonElement AdminTokens { get; private set; }

    public HttpClient Admin => ClientFor(AdminTokens);

    private static readonly Caller Nobody = new(WellKnown.DefaultTenantId, "gateway", CallerKind.Service, PermissionSet.Parse("use:anonymous"), TlpLevel.Clear);

    /// <summary>What the gateway sends for clients without a credential.</summary>
    public HttpClient Anonymous => _host.ClientFor(Nobody);

    /// <summary>The same, without following redirects or keeping cookies.</summary>
    public HttpClient Plain => _host.ClientFor(Nobody, isPlain: true);

    private readonly SemaphoreSlim _mailStart = new(1);
    private bool _hasMail;

    /// <summary>Starts the mail server unless it runs.</summary>
    public async Task EnsureMailAsync()
    {
        await _mailStart.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (!_hasMail)
            {
                await Mail.StartAsync(TestContext.Current.CancellationToken);
                _hasMail = true;
            }
        }
        finally
        {
            _mailStart.Release();
        }
    }

    public async ValueTask InitializeAsync()
    {
        _database = await stack.CreateDatabaseAsync("identity");
        await Sms.StartAsync();
        _host = new ServiceHost<IdentityDb>("identity", new Dictionary<string, string?>
        {
            ["ConnectionStrings:identitydb"] = _database.Owner,
            ["ConnectionStrings:rabbitmq"] = await stack.ConnectionAsync("rabbitmq"),
            ["Identity:Issuer"] = Issuer,
            ["Identity:KeyEncryptionKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["Identity:AdminPasswordFile"] = _passwordFile,
            ["Identity:PasswordIterations"] = "20000",
            ["Identity:Mail:Host"] = "127.0.0.1",
            ["Identity:Mail:Port"] = Mail.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["Identity:Sms:BaseAddress"] = Sms.Address,
            ["Identity:Sms:AccountSid"] = SmsProvider.Account,
            ["Identity:Sms:AuthToken"] = SmsProvider.Token,
            ["Identity:Sms:From"] = "+15005550006",
        });
        Owner = NpgsqlDataSource.Create(_database.Owner);
        _ = _host.Services;
        AdminPassword = await File.ReadAllTextAsync(_passwordFile);
        AdminTokens = await SignInAsync("admin@platform.local", AdminPassword);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await Mail.DisposeAsync();
        await Sms.DisposeAsync();
        await Owner.DisposeAsync();
        await _database.DisposeAsync();
        File.Delete(_passwordFile);
    }

    /// <summary>An address nobody has used yet, so that tests do not run into each other's limits.</summary>
    public string NewAddress()
    {
        var n = Interlocked.Increment(ref _addresses);
        return $"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}";
    }

    /// <summary>A client with the rights of an access token, as the gateway passes them on.</summary>
    public HttpClient ClientFor(JsonElement tokens) => _host.ClientFor(CallerOf(tokens));

    public HttpClient ClientFor(Caller caller) => _host.ClientFor(caller);

    public static Caller CallerOf(JsonElement tokens)
    {
        var jwt = Read(tokens);
        Guid? session = jwt.TryGetPayloadValue<string>("sid", out var sid) ? Guid.Parse(sid) : null;
        Assert.True(TlpLevels.TryParse(jwt.GetPayloadValue<string>("tlp_clearance"), out var clearance));
        return new Caller(
            Guid.Parse(jwt.GetPayloadValue<string>("tenant")),
            jwt.Subject,
            session is null ? CallerKind.Client : CallerKind.User,
            PermissionSet.Parse(jwt.GetPayloadValue<string>("permissions")),
            clearance,
            session,
            jwt.GetPayloadValue<string>("client_id"));
    }

    public static JsonWebToken Read(JsonElement tokens) => new(tokens.GetProperty("access_token").GetString());

    /// <summary>A sign-in; the status and the whole answer.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> LogInAsync(string username, string password, string? tenant = null, string? address = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v2/auth/login") { Content = JsonContent.Create(new { username, password, tenant }) };
        request.Headers.Add("X-Client-Address", address ?? NewAddress());
        using var response = await Anonymous.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }

    public async Task<JsonElement> SignInAsync(string username, string password = Password, string? tenant = null)
    {
        var (status, body) = await LogInAsync(username, password, tenant);
        Assert.True(status == HttpStatusCode.OK, body.ToString());
        return body;
    }

    /// <summary>A user of a role with a password of their own choice, and their name.</summary>
    public async Task<(Guid Id, string Username)> CreateUserAsync(string role = "viewer", bool mustChange = false, HttpClient? by = null)
    {
        var username = $"u{Guid.NewGuid():N}@example.com";
        var user = await SendAsync(by ?? Admin, HttpMethod.Post, "/api/v2/users", HttpStatusCode.Created, new { username, password = Password, role, must_change_password = mustChange });
        return (user.GetProperty("user_id").GetGuid(), username);
    }

    public async Task<HttpClient> NewUserClientAsync(string role) => ClientFor(await SignInAsync((await CreateUserAsync(role)).Username));

    /// <summary>A tenant as Tenancy makes it known, and an administrator's client in it.</summary>
    public async Task<(Guid Id, string Slug, HttpClient Admin)> CreateTenantAsync()
    {
        var id = Guid.CreateVersion7();
        var slug = "t-" + id.ToString("N")[^12..];
        await PublishAsync(id, new TenantCreated(id, "Test", slug, "starter", null));
        await Eventually.TrueAsync(
            async () => await CountAsync("SELECT count(*) FROM tenants WHERE id = $1", id) == 1, TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken, "The tenant's copy");
        var tokens = await SendAsync(Admin, HttpMethod.Post, "/api/v2/auth/act-as", HttpStatusCode.OK, new { tenant_id = id, reason = "test", write = true });
        return (id, slug, ClientFor(tokens));
    }

    /// <summary>Sends an event over the broker, as the service that owns it would.</summary>
    public async Task PublishAsync(Guid tenant, IIntegrationEvent @event)
    {
        var ct = TestContext.Current.CancellationToken;
        await using var session = await TenantSession.OpenAsync(App, tenant, ct);
        await OutboxWriter.WriteAsync(session, [@event], "test", null, TimeProvider.System.GetUtcNow(), ct);
        await session.CommitAsync(ct);
    }

    /// <summary>Everything of one kind that the service publishes from now on.</summary>
    public async Task<Heard<T>> HearAsync<T>()
        where T : class
    {
        var heard = new Heard<T>();
        var handle = Services.GetRequiredService<IReceiveEndpointConnector>().ConnectReceiveEndpoint(
            $"test-{Guid.NewGuid():N}",
            (_, endpoint) =>
            {
                if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit)
                {
                    rabbit.AutoDelete = true;
                    rabbit.Durable = false;
                }

                endpoint.Handler<T>(context =>
                {
                    heard.Add(context.Message);
                    return Task.CompletedTask;
                });
            });
        await handle.Ready.WaitAsync(TimeSpan.FromSeconds(30));
        heard.Handle = handle;
        return heard;
    }

    public async Task<long> CountAsync(string sql, params object[] values)
    {
#pragma warning disable CA2100 // Tests write their own SQL; values are parameters.
        await using var command = Owner.CreateCommand(sql);
#pragma warning restore CA2100
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Sends, expects a status, and gives the body.</summary>
    public static async Task<JsonElement> SendAsync(HttpClient client, HttpMethod method, string path, HttpStatusCode expected, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(expected == response.StatusCode, $"{method} {path}: {(int)response.StatusCode} {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    /// <summary>A form to a protocol endpoint, as an anonymous client with perhaps HTTP Basic.</summary>
    public async Task<(HttpResponseMessage Response, JsonElement Body)> FormAsync(
        string path, string form, (string Id, string Secret)? basic = null, string? dpop = null, DateTimeOffset? receivedAt = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(form, new MediaTypeHeaderValue("application/x-www-form-urlencoded")),
        };
        request.Headers.Add("X-Client-Address", NewAddress());
        if (receivedAt is { } received)
        {
            // As the gateway states when a request came.
            request.Headers.Add("X-Client-Arrived", ((received - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond).ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        if (basic is var (id, secret))
        {
            request.Headers.Add("X-Client-Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}:{secret}")));
        }

        if (dpop is not null)
        {
            request.Headers.TryAddWithoutValidation("DPoP", dpop);
        }

        var response = await Anonymous.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync();
        return (response, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }
}

/// <summary>What a test heard from the broker.</summary>
public sealed class Heard<T> : IAsyncDisposable
    where T : class
{
    private readonly List<T> _messages = [];

    internal HostReceiveEndpointHandle? Handle { get; set; }

    public void Add(T message)
    {
        lock (_messages)
        {
            _messages.Add(message);
        }
    }

    public int Count(Func<T, bool> which)
    {
        lock (_messages)
        {
            return _messages.Count(which);
        }
    }

    public Task UntilAsync(Func<T, bool> which) => Eventually.TrueAsync(
        () => Task.FromResult(Count(which) > 0), TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken, $"An event {typeof(T).Name}");

    public async ValueTask DisposeAsync()
    {
        if (Handle is not null)
        {
            await Handle.StopAsync();
        }
    }
}

/// <summary>The classes that share a service. There are three, so that one after the other they are not what a run waits for.</summary>
[CollectionDefinition(Name)]
public sealed class IdentityCollection : ICollectionFixture<IdentityFixture>
{
    public const string Name = "identity";
}

/// <summary>Signing in, and what keeps others from it.</summary>
[CollectionDefinition(Name)]
public sealed class SignInCollection : ICollectionFixture<IdentityFixture>
{
    public const string Name = "identity, signing in";
}

/// <summary>OAuth and OpenID Connect.</summary>
[CollectionDefinition(Name)]
public sealed class ProtocolCollection : ICollectionFixture<IdentityFixture>
{
    public const string Name = "identity, protocol";
}
