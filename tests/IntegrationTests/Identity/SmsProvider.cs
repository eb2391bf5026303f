using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Platform.TestSupport;

namespace Platform.IntegrationTests.Identity;

/// <summary>A provider with Twilio's message API over real HTTP, which can be told to fail first.</summary>
public sealed class SmsProvider : IAsyncDisposable
{
    public const string Account = "AC0123456789";
    public const string Token = "secret token";

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string To, string From, string Body)> _sent = new();
    private int _failures;

    public SmsProvider()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost($"/2010-04-01/Accounts/{Account}/Messages.json", async (HttpRequest request) =>
        {
            if (request.Headers.Authorization != "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Account}:{Token}")))
            {
                return Results.Unauthorized();
            }

            if (Interlocked.Decrement(ref _failures) >= 0)
            {
                return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
            }

            var form = await request.ReadFormAsync();
            _sent.Enqueue((form["To"]!, form["From"]!, form["Body"]!));
            return Results.Json(new { sid = "SM1", status = "queued" }, statusCode: StatusCodes.Status201Created);
        });
    }

    public string Address => _app.Urls.First();

    public Task StartAsync() => _app.StartAsync();

    public void FailNext(int times) => Interlocked.Exchange(ref _failures, times);

    /// <summary>Waits for a message to a number that came after the ones already looked at; its code.</summary>
    public async Task<string> CodeForAsync(string to, int after = 0)
    {
        await Eventually.TrueAsync(
            () => Task.FromResult(_sent.Count(m => m.To == to) > after), TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken, $"An SMS to {to}");
        return _sent.Where(m => m.To == to).ElementAt(after).Body[..6];
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
