using System.Net;
using Platform.Gateway.Tests.Support;

namespace Platform.Gateway.Tests;

/// <summary>Whom the limit of anonymous addresses holds at the endpoints that Identity authenticates clients at.</summary>
public sealed class TokenEndpointLimitTests : IAsyncLifetime
{
    private const int Limit = 10;

    private GatewayUnderTest _gateway = null!;

    public async ValueTask InitializeAsync() =>
        _gateway = await GatewayUnderTest.StartAsync(s => s["Gateway:AnonymousPerMinute"] = Limit.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Theory]
    [InlineData("/connect/token")]
    [InlineData("/connect/introspect")]
    [InlineData("/connect/revocation")]
    public async Task A_client_that_authenticates_is_not_anonymous(string path)
    {
        for (var i = 0; i < 3 * Limit; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await PostAsync(path));
        }
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    public async Task Whoever_is_refused_as_often_as_the_limit_is_not_asked_for_again(int status)
    {
        _gateway.Services["identity"].Answers["/connect/token"] = c =>
        {
            c.Response.StatusCode = status;
            return Task.CompletedTask;
        };
        for (var i = 0; i <= Limit; i++)
        {
            Assert.Equal((HttpStatusCode)status, await PostAsync("/connect/token"));
        }

        var asked = Asked();
        Assert.Equal(HttpStatusCode.TooManyRequests, await PostAsync("/connect/token"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await PostAsync("/connect/introspect"));
        Assert.Equal(asked, Asked());
    }

    [Fact]
    public async Task Everything_else_without_a_credential_counts_as_before()
    {
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < Limit + 1; i++)
        {
            answers.Add(await PostAsync("/connect/par"));
        }

        Assert.Equal(Limit, answers.Count(a => a == HttpStatusCode.OK));
        Assert.Equal(HttpStatusCode.TooManyRequests, answers[^1]);
    }

    private int Asked() => _gateway.Services["identity"].Requests.Count(r => r.Path.StartsWith("/connect/", StringComparison.Ordinal));

    private async Task<HttpStatusCode> PostAsync(string path)
    {
        using var form = new FormUrlEncodedContent([new("grant_type", "client_credentials")]);
        using var response = await _gateway.Client.PostAsync(new Uri(path, UriKind.Relative), form, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
