namespace Platform.Gateway.Authentication;

/// <summary>The keys that the gateway shares with each service, from <c>InternalAuth:Keys:{service}</c>.</summary>
internal sealed class InternalKeyring
{
    private readonly byte[][] _keys;

    public InternalKeyring(IConfiguration configuration)
    {
        _keys = new byte[Upstreams.All.Length][];
        for (var i = 0; i < _keys.Length; i++)
        {
            var name = $"InternalAuth:Keys:{Upstreams.All[i]}";
            _keys[i] = Decode(configuration[name]) ?? throw new InvalidOperationException($"{name} must be 32 random bytes in base64.");
        }
    }

    /// <summary>The key of a service, by its index.</summary>
    public byte[] this[int service] => _keys[service];

    private static byte[]? Decode(string? text)
    {
        var key = new byte[64];
        return text is not null && Convert.TryFromBase64String(text, key, out var length) && length >= 32 ? key[..length] : null;
    }
}
