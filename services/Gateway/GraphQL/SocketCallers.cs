using System.Text.Json;
using Platform.Gateway.Authentication;
using Platform.Gateway.Pipeline;
using Platform.Gateway.Revocation;
using Platform.Gateway.Streaming;
using Platform.GraphQL.Http;
using Platform.ServiceDefaults;

namespace Platform.Gateway.GraphQL;

/// <summary>
/// Who is at the other end of a GraphQL socket: a browser cannot send headers with the handshake, so that the credential may
/// come in the payload of <c>connection_init</c>. The socket ends with its credential, and says why.
/// </summary>
internal sealed class SocketCallers(StreamAdmission admission, OpenStreams open, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    /// <summary>graphql-ws takes it for final: a client that comes again with the same credential is not let in.</summary>
    private const int Revoked = 4401;

    /// <summary>graphql-ws comes back, and asks its owner for a credential that still holds.</summary>
    private const int Forbidden = 4403;

    private const int TwoCredentials = 4400;
    private const int Restart = 1012;
    private const int TryLater = 1013;
    private const int LongestReason = 120;
    private const string Bearer = "Bearer ";

    /// <summary>Timers take no longer ones.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(40);

    /// <summary>Finds out who it is, and keeps an eye on the socket from then on; false when it was closed.</summary>
    public async Task<bool> AdmitAsync(GraphQLSocket socket, JsonElement? payload, CancellationToken ct)
    {
        var request = GatewayRequest.Of(socket.Context);
        var sent = request.Credential is { Tenant: not null } shown ? shown : null;
        var tokens = TokensIn(payload);
        if (tokens.Count + (sent is null ? 0 : 1) != 1)
        {
            await (tokens.Count == 0 && sent is null
                ? socket.CloseAsync(Forbidden, "Send an access token or an API key in the payload of connection_init.")
                : socket.CloseAsync(TwoCredentials, "Send one credential, once: an access token or an API key."));
            return false;
        }

        if (sent is null)
        {
            var (credential, fault) = await admission.AdmitAsync(socket.Context, tokens[0]);
            if (fault is not null)
            {
                await socket.CloseAsync(fault.Status is StatusCodes.Status429TooManyRequests or >= StatusCodes.Status500InternalServerError ? TryLater : Forbidden, fault.Message[..Math.Min(fault.Message.Length, LongestReason)]);
                return false;
            }

            request.Credential = sent = credential!;
        }

        // Who has gone meanwhile is not watched.
        ct.ThrowIfCancellationRequested();
        Watch(socket, sent);
        return true;
    }

    /// <summary>Whether the caller still is let in; asked before each operation.</summary>
    public async Task<Fault?> CheckAsync(HttpContext context)
    {
        var request = GatewayRequest.Of(context);
        (request.Tenant, var fault) = await admission.CheckAsync(context, request.Credential!);
        return fault;
    }

    private void Watch(GraphQLSocket socket, Credential credential)
    {
        var watch = open.Add(socket.Context, credential, () => _ = socket.CloseAsync(Revoked, "The credential was revoked."));
        var stopping = lifetime.ApplicationStopping.Register(() => _ = socket.CloseAsync(Restart, "Come back in a moment."));
        var left = credential.ExpiresAt - clock.GetUtcNow();
        var expiry = left > Longest ? null : clock.CreateTimer(
            static s => _ = ((GraphQLSocket)s!).CloseAsync(Forbidden, "The credential has expired."), socket, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        socket.Over.Register(() =>
        {
            watch.Dispose();
            stopping.Unregister();
            expiry?.Dispose();
        });
    }

    /// <summary>As headers have them, whatever their case, or <c>token</c>; a browser's client writes what it likes.</summary>
    private static List<string> TokensIn(JsonElement? payload)
    {
        var tokens = new List<string>();
        foreach (var member in payload?.EnumerateObject() ?? default)
        {
            if (member.Value.ValueKind == JsonValueKind.String && member.Name.ToLowerInvariant() is "authorization" or "token" or "x-api-key" or "apikey")
            {
                var text = member.Value.GetString()!;
                tokens.Add(text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? text[Bearer.Length..].Trim() : text);
            }
        }

        return tokens;
    }
}
