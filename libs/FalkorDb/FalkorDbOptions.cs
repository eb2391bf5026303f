namespace FalkorDb;

/// <summary>An ACL user and their password.</summary>
public sealed record FalkorDbLogin(string User, string Password);

/// <summary>Where the server is and how to talk to it.</summary>
public sealed record FalkorDbOptions
{
    public string Host { get; init; } = "127.0.0.1";

    public int Port { get; init; } = 6379;

    /// <summary>The ACL user; null for servers without authentication.</summary>
    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>
    /// Who a command on a graph is run as, asked with the graph's name, where that is not always the same user; a connection changes its
    /// user as needed. A command whose user cannot sign in is not sent.
    /// </summary>
    public Func<string, FalkorDbLogin>? LoginOf { get; init; }

    /// <summary>Connections open at once at most; one carries one command at a time.</summary>
    public int MaxConnections { get; init; } = 32;

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long the client waits for a reply beyond the query's own time limit; then the connection is dropped.
    /// </summary>
    public TimeSpan ReplyGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The time limit of a query that names none.</summary>
    public TimeSpan DefaultTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The largest reply read; a longer one drops the connection and is <see cref="FalkorDbError.ReplyTooLarge"/>.</summary>
    public long MaxReplyBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>Reads <c>redis://user:password@host:port</c>; user and password are percent-decoded.</summary>
    public static FalkorDbOptions Parse(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme != "redis" || uri.Host.Length == 0)
        {
            throw new FormatException("The graph address must look like redis://user:password@host:port.");
        }

        var colon = uri.UserInfo.IndexOf(':', StringComparison.Ordinal);
        var user = colon < 0 ? uri.UserInfo : uri.UserInfo[..colon];
        return new FalkorDbOptions
        {
            Host = uri.Host,
            Port = uri.Port > 0 ? uri.Port : 6379,
            User = user.Length == 0 ? null : Uri.UnescapeDataString(user),
            Password = colon < 0 ? null : Uri.UnescapeDataString(uri.UserInfo[(colon + 1)..]),
        };
    }
}
