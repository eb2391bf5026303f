using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Options;
using Platform.ServiceDefaults.Telemetry;

namespace Platform.ServiceDefaults.Outbound;

/// <summary>The rules above the connection: scheme, redirects, size and time. One call is one span without its URL.</summary>
internal sealed class GuardedHandler(IOptions<OutboundOptions> options) : DelegatingHandler
{
    private static readonly ActivitySource Source = new(SignalSources.Own + ".Outbound");

    private readonly OutboundOptions _options = options.Value;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri is not { IsAbsoluteUri: true, Scheme: "http" or "https" } target)
        {
            throw new OutboundRefusedException(OutboundRefusal.Url);
        }

        // Paths and queries of webhooks are secrets, so the URL is in no signal; the host is.
        using var span = Source.StartActivity(SpanNames.GuardedCall, ActivityKind.Client);
        span?.SetTag("http.request.method", request.Method.Method).SetTag("server.address", target.Host).SetTag("server.port", target.Port);

        var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(GuardedHttp.TimeoutOf(request) ?? _options.Timeout);
        try
        {
            var response = await FollowAsync(request, target, deadline.Token);
            span?.SetTag("http.response.status_code", (int)response.StatusCode);
            return await BoundAsync(response, GuardedHttp.MaxBytesOf(request) ?? _options.MaxResponseBytes, deadline, cancellationToken);
        }
        catch (Exception exception)
        {
            var shown = Translate(exception, cancellationToken);
            deadline.Dispose();
            span?.SetTag("error.type", shown.GetType().FullName).SetStatus(ActivityStatusCode.Error);
            if (ReferenceEquals(shown, exception))
            {
                throw;
            }

            throw shown;
        }
    }

    private async Task<HttpResponseMessage> FollowAsync(HttpRequestMessage request, Uri target, CancellationToken cancellationToken)
    {
        for (var redirects = 0; ; redirects++)
        {
            // HTTP/3 would connect past the check.
            if (request.Version > HttpVersion.Version20)
            {
                request.Version = HttpVersion.Version20;
            }

            request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
            var response = await base.SendAsync(request, cancellationToken);
            if (response.Headers.Location is not { } location || !IsRedirect(response.StatusCode))
            {
                return response;
            }

            var status = response.StatusCode;
            response.Dispose();
            var next = new Uri(target, location);
            if (redirects == _options.MaxRedirects || !IsSameHost(target, next))
            {
                throw new OutboundRefusedException(OutboundRefusal.Redirect);
            }

            Redirect(request, status, next);
            target = next;
        }
    }

    private static bool IsRedirect(HttpStatusCode status) => status is
        HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
        or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    // The same origin, or its step up from http to https on the usual ports.
    private static bool IsSameHost(Uri from, Uri to) =>
        string.Equals(from.IdnHost, to.IdnHost, StringComparison.OrdinalIgnoreCase)
        && ((from.Scheme == to.Scheme && from.Port == to.Port)
            || (from is { Scheme: "http", IsDefaultPort: true } && to is { Scheme: "https", IsDefaultPort: true }));

    // RFC 9110, 15.4: 301 and 302 after POST, and 303 after anything but HEAD, are followed by GET; 307 and 308 repeat the request.
    private static void Redirect(HttpRequestMessage request, HttpStatusCode status, Uri next)
    {
        var becomesGet = status switch
        {
            HttpStatusCode.SeeOther => request.Method != HttpMethod.Head,
            HttpStatusCode.MovedPermanently or HttpStatusCode.Found => request.Method == HttpMethod.Post,
            _ => false,
        };
        if (becomesGet)
        {
            request.Method = HttpMethod.Get;
            request.Content = null;
        }
        else if (!RequestSafety.IsReplayable(request))
        {
            throw new OutboundRefusedException(OutboundRefusal.Redirect);
        }

        request.RequestUri = next;
    }

    private static async Task<HttpResponseMessage> BoundAsync(
        HttpResponseMessage response, long maxBytes, CancellationTokenSource deadline, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > maxBytes)
        {
            response.Dispose();
            throw new OutboundRefusedException(OutboundRefusal.TooLarge);
        }

        var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var bounded = new StreamContent(new BoundedStream(body, maxBytes, deadline));
        foreach (var (name, values) in response.Content.Headers.NonValidated)
        {
            bounded.Headers.TryAddWithoutValidation(name, values);
        }

        response.Content = bounded;
        return response;
    }

    private static Exception Translate(Exception exception, CancellationToken caller) => exception switch
    {
        // What the connector throws comes wrapped.
        HttpRequestException { InnerException: OutboundRefusedException refused } => refused,
        // The deadline, or the connection's own.
        OperationCanceledException when !caller.IsCancellationRequested =>
            new OutboundRefusedException(OutboundRefusal.TooSlow, exception),
        _ => exception,
    };
}
