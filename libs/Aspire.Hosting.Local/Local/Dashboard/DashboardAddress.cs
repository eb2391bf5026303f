using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Local.Dashboard;

/// <summary>
/// Where the dashboard listens and what opens it. The same settings as Aspire's: ASPNETCORE_URLS of the AppHost (default port
/// 18888, or any free one when that is taken) and AppHost:BrowserToken. Both are put into the configuration for others to read.
/// </summary>
internal sealed class DashboardAddress
{
    public const string TokenSetting = "AppHost:BrowserToken";
    public const string OtlpKeySetting = "AppHost:OtlpApiKey";
    private const string UrlSetting = "ASPNETCORE_URLS";
    private const int DefaultPort = 18888;
    private const int DefaultGrpcPort = 18889;
    private const int DefaultHttpPort = 18890;
    private readonly IConfiguration _configuration;

    private DashboardAddress(IConfiguration configuration, int port, string token, bool isGiven)
    {
        _configuration = configuration;
        Url = At(port);
        Token = token;
        IsGiven = isGiven;
        // Beside a dashboard on another port than the usual one, another platform may have the usual ports here too.
        var usual = port == DefaultPort;
        OtlpGrpc = At(usual && Ports.IsFree(DefaultGrpcPort) ? DefaultGrpcPort : Ports.Reserve());
        OtlpHttp = At(usual && Ports.IsFree(DefaultHttpPort) ? DefaultHttpPort : Ports.Reserve());
        OtlpKey = configuration[OtlpKeySetting] is { Length: > 0 } key ? key : Random();
    }

    public Uri Url { get; private set; }

    public string Token { get; }

    public bool IsServed { get; private init; }

    /// <summary>Where telemetry is received by OTLP/HTTP.</summary>
    public Uri OtlpHttp { get; private set; }

    /// <summary>Where telemetry is received by OTLP/gRPC.</summary>
    public Uri OtlpGrpc { get; private set; }

    /// <summary>What a sender of telemetry must show in the header <c>x-otlp-api-key</c>.</summary>
    public string OtlpKey { get; }

    /// <summary>The user named this port: no other one will do.</summary>
    public bool IsGiven { get; }

    public static DashboardAddress Choose(IConfiguration configuration, bool disabled)
    {
        var wanted = new Uri((configuration[UrlSetting] ?? $"http://localhost:{DefaultPort}").Split(';')[0]);
        var isGiven = configuration[UrlSetting] is not null && wanted.Port != 0;
        var port = wanted.Port == 0 || (!isGiven && !Ports.IsFree(wanted.Port)) ? Ports.Reserve() : wanted.Port;
        var token = configuration[TokenSetting] ?? configuration["ASPIRE_DASHBOARD_FRONTEND_BROWSERTOKEN"] ?? Random();
        var address = new DashboardAddress(configuration, port, token, isGiven) { IsServed = !disabled };
        if (!disabled)
        {
            configuration[TokenSetting] = token;
            address.Publish();
        }

        return address;
    }

    /// <summary>Someone else was quicker: takes another port.</summary>
    public void Move()
    {
        Url = At(Ports.Reserve());
        Publish();
    }

    public void MoveReceiver()
    {
        OtlpGrpc = At(Ports.Reserve());
        OtlpHttp = At(Ports.Reserve());
    }

    private static Uri At(int port) => new UriBuilder("http", "localhost", port).Uri;

    private void Publish() => _configuration[UrlSetting] = Url.GetLeftPart(UriPartial.Authority);

    private static string Random() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24));
}
