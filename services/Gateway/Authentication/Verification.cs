using Platform.Contracts;
using Platform.ServiceDefaults;

namespace Platform.Gateway.Authentication;

/// <summary>The outcome of looking at a credential: who it is, or why not.</summary>
internal readonly record struct Verification(Credential? Credential, Fault? Fault)
{
    public static readonly Fault Required = new(ErrorCodes.AuthRequired, "Sign in first, or send an API key.");
    public static readonly Fault Invalid = new(ErrorCodes.AuthFailed, "The credential is not valid.");
    public static readonly Fault Expired = new(ErrorCodes.TokenExpired, "The access token has expired.");
    public static readonly Fault Revoked = new(ErrorCodes.AuthFailed, "The credential has been revoked.");
    public static readonly Fault Unproven = new(ErrorCodes.AuthFailed, "The request does not prove possession of the key that the token is bound to.");
    public static readonly Fault Unsigned = new(
        ErrorCodes.SignatureInvalid, "The signature does not fit the request, is too old, was used before, or is not of a client that may sign.");
    public static readonly Fault WrongNetwork = new(ErrorCodes.AuthFailed, "The credential may not be used from this address.");
    public static readonly Fault CannotTell = new(
        ErrorCodes.ServiceUnavailable, "The credential cannot be checked right now.", RetryAfter: TimeSpan.FromSeconds(2));

    public static implicit operator Verification(Credential credential) => new(credential, null);

    public static implicit operator Verification(Fault fault) => new(null, fault);
}
