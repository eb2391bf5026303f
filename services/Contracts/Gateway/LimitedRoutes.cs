using System.Collections.Frozen;

namespace Platform.Contracts.Gateway;

/// <summary>
/// Operations with an hourly limit of their own for each user, API key or client, beside the limits of the tenant. Tenancy
/// raises them for a tenant, or for one type of user in it.
/// </summary>
public static class LimitedRoutes
{
    public const string UsersList = "users.list";
    public const string UsersCreate = "users.create";
    public const string UsersDelete = "users.delete";
    public const string ConfigRead = "config.read";
    public const string ConfigWrite = "config.write";
    public const string ConfigTest = "config.test";
    public const string ChatSse = "chat.sse";
    public const string ChatPoll = "chat.poll";
    public const string ChatWs = "chat.ws";
    public const string ToolsList = "tools.list";
    public const string HealthDetailed = "health.detailed";
    public const string ClientsCreate = "clients.create";
    public const string ClientsList = "clients.list";

    /// <summary>Requests an hour that hold until Tenancy says otherwise.</summary>
    public static readonly FrozenDictionary<string, int> RequestsPerHour = new Dictionary<string, int>
    {
        [UsersList] = 100,
        [UsersCreate] = 50,
        [UsersDelete] = 20,
        [ConfigRead] = 60,
        [ConfigWrite] = 10,
        [ConfigTest] = 20,
        [ChatSse] = 100,
        [ChatPoll] = 100,
        [ChatWs] = 100,
        [ToolsList] = 200,
        [HealthDetailed] = 100,
        [ClientsCreate] = 50,
        [ClientsList] = 100,
    }.ToFrozenDictionary(StringComparer.Ordinal);
}
