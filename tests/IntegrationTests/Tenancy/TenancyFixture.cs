using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Platform.Contracts;
using Platform.ServiceDefaults;
using Platform.Tenancy.Storage;
using Platform.TestSupport;

namespace Platform.IntegrationTests.Tenancy;

/// <summary>The Tenancy service on a database of its own, shared by its test classes.</summary>
public sealed class TenancyFixture(Stack stack) : IAsyncLifetime
{
    public const string PlatformAdmin = "read:all write:all delete:all manage:users manage:clients manage:api_keys read:audit manage:config "
        + "manage:tenants manage:platform read:usage use:chat";

    private TestDatabase _database = null!;
    private ServiceHost<TenancyDb> _host = null!;

    /// <summary>How the service is configured.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; private set; } = null!;

    public string MessagePrefix => _host.MessagePrefix;

    public IServiceProvider Services => _host.Services;

    /// <summary>Connects as the server's owner, whom row-level security does not hold.</summary>
    public NpgsqlDataSource Owner { get; private set; } = null!;

    /// <summary>Connects as the service does.</summary>
    public NpgsqlDataSource App => Services.GetRequiredService<NpgsqlDataSource>();

    public HttpClient Admin => ClientFor(WellKnown.DefaultTenantId, PlatformAdmin);

    public HttpClient Gateway => _host.ClientFor(new Caller(WellKnown.DefaultTenantId, "gateway", CallerKind.Service, PermissionSet.Parse("use:internal"), TlpLevel.Red));

    public async ValueTask InitializeAsync()
    {
        _database = await stack.CreateDatabaseAsync("tenancy");
        Settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings:tenancydb"] = _database.Owner,
            ["ConnectionStrings:rabbitmq"] = await stack.ConnectionAsync("rabbitmq"),
            ["Tenancy:KeyPepper"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["Tenancy:Environment"] = "test",
        };
        _host = new ServiceHost<TenancyDb>("tenancy", Settings);
        Owner = NpgsqlDataSource.Create(_database.Owner);
        _ = _host.Services;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await Owner.DisposeAsync();
        await _database.DisposeAsync();
    }

    /// <summary>Another process of the same service on the same stores, configured otherwise.</summary>
    internal ServiceHost<TenancyDb> Another(params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>(Settings) { ["Messaging:Prefix"] = MessagePrefix };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        return new ServiceHost<TenancyDb>("tenancy", all);
    }

    public HttpClient ClientFor(Guid tenant, string permissions, TlpLevel clearance = TlpLevel.Red) =>
        _host.ClientFor(ServiceHost<TenancyDb>.User(tenant, permissions, clearance));

    /// <summary>A new tenant.</summary>
    public async Task<Guid> CreateTenantAsync(CancellationToken ct) =>
        (await SendAsync(Admin, HttpMethod.Post, "/api/v2/admin/tenants", HttpStatusCode.Created, ct, new { name = "Test", slug = NewSlug() })).GetProperty("id").GetGuid();

    public static string NewSlug() => "t-" + Guid.NewGuid().ToString("N")[..12];

    /// <summary>Sends, expects a status, and gives the body.</summary>
    public static async Task<JsonElement> SendAsync(
        HttpClient client, HttpMethod method, string path, HttpStatusCode expected, CancellationToken ct, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await client.SendAsync(request, ct);
        var text = await response.Content.ReadAsStringAsync(ct);
        Assert.True(expected == response.StatusCode, $"{method} {path}: {(int)response.StatusCode} {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    /// <summary>What the gateway gets to know about a key.</summary>
    public async Task<JsonElement?> ResolveAsync(string key, CancellationToken ct)
    {
        using var response = await Gateway.PostAsJsonAsync("/internal/keys/resolve", new { key }, ct);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync(ct)).RootElement;
    }

    /// <summary>One value, read past row-level security.</summary>
    public async Task<T> ScalarAsync<T>(string sql, CancellationToken ct, params object[] values)
    {
        await using var command = Command(sql, values);
        return (T)(await command.ExecuteScalarAsync(ct))!;
    }

    public async Task ExecuteAsync(string sql, CancellationToken ct, params object[] values)
    {
        await using var command = Command(sql, values);
        await command.ExecuteNonQueryAsync(ct);
    }

    private NpgsqlCommand Command(string sql, object[] values)
    {
#pragma warning disable CA2100 // Tests write their own SQL; values are parameters.
        var command = Owner.CreateCommand(sql);
#pragma warning restore CA2100
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }
}

/// <summary>The classes that share the service.</summary>
[CollectionDefinition(Name)]
public sealed class TenancyCollection : ICollectionFixture<TenancyFixture>
{
    public const string Name = "tenancy";
}
