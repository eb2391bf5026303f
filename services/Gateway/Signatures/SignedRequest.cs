namespace Platform.Gateway.Signatures;

/// <summary>The claims of a signed request, read and not yet believed.</summary>
/// <param name="ClientId">Who is said to have signed.</param>
/// <param name="Created">When, in seconds of the epoch.</param>
/// <param name="Nonce">What makes it the only one of its kind.</param>
/// <param name="Value">The signature.</param>
internal sealed record SignedRequest(string ClientId, long Created, string Nonce, byte[] Value)
{
    private const int LongestNonce = 256;
    private const int SignatureSize = 32;

    /// <summary>When it ends, if that is before it is too old.</summary>
    public long? Expires { get; init; }

    /// <summary>What was signed, in the forms that the client's address for this server allows; empty where the body's hash is part of it.</summary>
    public IReadOnlyList<string> Bases { get; init; } = [];

    /// <summary>The digests of the body that were signed; null where there is no body.</summary>
    public string? ContentDigest { get; init; }

    /// <summary>Whether its parts have possible lengths.</summary>
    public bool IsPlausible => Value.Length == SignatureSize && Nonce.Length is > 0 and <= LongestNonce && ClientId.Length > 0;
}
