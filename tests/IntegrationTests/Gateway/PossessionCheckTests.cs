using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Platform.Contracts;
using Platform.Gateway;
using Platform.Gateway.Authentication;
using Platform.ServiceDefaults;
using Platform.TestSupport;

namespace Platform.IntegrationTests.Gateway;

/// <summary>Proofs of possession over a real Redis.</summary>
public sealed class PossessionCheckTests(Stack stack)
{
    private const string Issuer = "https://api.example";

    [Fact]
    public async Task Rfc9449_section_11_1_a_proof_is_good_for_one_request_on_all_gateways_together()
    {
        using var redis = new RedisConnection("state", await stack.ConnectionAsync("state"), NullLogger<RedisConnection>.Instance);
        await redis.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => Task.FromResult(redis.Database is not null), TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken, "Redis");
        using var key = new DpopKey();
        var credential = new Credential(
            new Caller(WellKnown.DefaultTenantId, "somebody", CallerKind.User, PermissionSet.Empty, TlpLevel.Green), null)
        { DpopKey = key.Thumbprint };
        var proof = key.Proof("GET", "HTTPS://API.example:443/api/v2/users", "token");
        var gateways = Enumerable.Range(0, 2).Select(_ => new PossessionCheck(new UsedOnce(redis), Options.Create(new GatewayOptions { Issuer = Issuer }), TimeProvider.System)).ToArray();

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => gateways[i % 2].CheckAsync(Request(proof), credential, "token").AsTask()));

        Assert.Single(answers, a => a is null);
        Assert.All(answers.Where(a => a is not null), a => Assert.Same(Verification.Unproven, a));
        Assert.Null(await gateways[0].CheckAsync(Request(key.Proof("GET", Issuer + "/api/v2/users", "token")), credential, "token"));
    }

    private static HttpRequest Request(string proof)
    {
        var request = new DefaultHttpContext().Request;
        request.Method = "GET";
        request.Path = "/api/v2/users";
        request.Headers["DPoP"] = proof;
        return request;
    }
}
