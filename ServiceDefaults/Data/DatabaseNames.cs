using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Platform.ServiceDefaults;

/// <summary>
/// The roles of one service's database. The connection string that the host injects is the owner's; it is used to
/// migrate and for nothing else. Everything else connects as <c>{database}_app</c>, which cannot bypass row-level
/// security, as <c>{database}_relay</c>, which sees the outbox alone, or
/// as <c>{database}_sql</c>, which sees published views alone. Their passwords are derived from the owner's,
/// so that there is one secret to keep.
/// </summary>
internal sealed class DatabaseNames(string ownerConnectionString)
{
    private readonly NpgsqlConnectionStringBuilder _owner = new(ownerConnectionString);

    public string Owner => _owner.ConnectionString;

    public string Database => _owner.Database ?? throw new InvalidOperationException("The connection string names no database.");

    public string AppRole => Database + "_app";

    public string RelayRole => Database + "_relay";

    public string SqlRole => Database + "_sql";

    public string PasswordOf(string role) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(_owner.Password ?? ""), Encoding.UTF8.GetBytes("role:" + role)));

    public string App => As(AppRole, 50, 2);

    public string Relay => As(RelayRole, 4, 0);

    public string Sql => As(SqlRole, 4, 0);

    private string As(string role, int pool, int warm) => new NpgsqlConnectionStringBuilder(Owner)
    {
        Username = role,
        Password = PasswordOf(role),
        MaxPoolSize = pool,
        MinPoolSize = warm,
        Timeout = 5,
        CommandTimeout = 30,
        MaxAutoPrepare = 50,
        ApplicationName = role,
        KeepAlive = 30,
    }.ConnectionString;
}
