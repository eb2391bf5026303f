using System.Net;
using Platform.Gateway.Tests.Support;
using Platform.TestSupport;

namespace Platform.Gateway.Tests;

/// <summary>Tokens that are bound to a key, while the store of used proofs is away: nothing passes by mistake.</summary>
public sealed class DpopTests : IAsyncLifetime
{
    private const string Path = "/api/v1/threat-intel/indicators";

    private readonly DpopKey _key = new();
    private GatewayUnderTest _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await GatewayUnderTest.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _key.Dispose();
        await _gateway.DisposeAsync();
    }

    private string BoundToken() => _gateway.Issuer.Token(d => d.Claims["cnf"] = new Dictionary<string, object> { ["jkt"] = _key.Thumbprint });

    private async Task<HttpResponseMessage> SendAsync(string authorization, params string[] proofs)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Path);
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        foreach (var proof in proofs)
        {
            request.Headers.TryAddWithoutValidation("DPoP", proof);
        }

        return await _gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Rfc9449_section_7_2_a_bound_token_is_no_bearer_token()
    {
        var token = BoundToken();
        foreach (var proofs in new string[][] { [], [_key.Proof("GET", TestIssuer.Name + Path, token)] })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync("Bearer " + token, proofs)).StatusCode);
        }

        Assert.Empty(_gateway.ThreatIntel.Requests);
    }

    [Fact]
    public async Task A_binding_that_cannot_be_read_is_met_by_no_key()
    {
        var token = _gateway.Issuer.Token(d => d.Claims["cnf"] = new Dictionary<string, object> { ["x5t#S256"] = "abc" });
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync("Bearer " + token)).StatusCode);
    }

    [Fact]
    public async Task Rfc9449_section_7_1_a_wrong_proof_is_401_with_a_dpop_challenge()
    {
        using var other = new DpopKey();
        var token = BoundToken();
        var address = TestIssuer.Name + Path;
        string[][] wrong =
        [
            [], ["nonsense"], [_key.Proof("GET", address, token), _key.Proof("GET", address, token)], [other.Proof("GET", address, token)],
            [_key.Proof("POST", address, token)], [_key.Proof("GET", address + "x", token)], [_key.Proof("GET", "http://evil.example" + Path, token)],
            [_key.Proof("GET", address)], [_key.Proof("GET", address, token + "x")],
        ];
        foreach (var proofs in wrong)
        {
            var response = await SendAsync("DPoP " + token, proofs);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("DPoP", Assert.Single(response.Headers.WwwAuthenticate).Scheme);
        }

        // A bearer token gains nothing by a proof.
        var bearer = _gateway.Issuer.Token();
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync("DPoP " + bearer, _key.Proof("GET", address, bearer))).StatusCode);
        Assert.Empty(_gateway.ThreatIntel.Requests);
    }

    [Fact]
    public async Task Rfc9449_section_11_1_while_replays_cannot_be_seen_no_proof_is_accepted()
    {
        var token = BoundToken();
        var response = await SendAsync("DPoP " + token, _key.Proof("GET", TestIssuer.Name + Path, token));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Empty(_gateway.ThreatIntel.Requests);
    }
}
