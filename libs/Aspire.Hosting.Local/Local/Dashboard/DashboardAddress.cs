using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Local.Dashboard;

/// <summary>
/// Where the dashboard listens and what opens it. The same settings as Aspire's: ASPNETCORE_URLS of the AppHost (default port
/// 18888, or any free one when that is taken) and AppHost:BrowserToken. Both are put into the configuration for others to read.
/// </summary>
internal sealed record DashboardAddress(Uri Url, string Token)
{
    public const string TokenSetting = "AppHost:BrowserToken";
    public const string OtlpKeySetting = "AppHost:OtlpApiKey";
    private const string UrlSetting = "ASPNETCORE_URLS";
    private const int DefaultPort = 18888;

    public static DashboardAddress Choose(IConfiguration configuration, bool disabled)
    {
        var wanted = new Uri((configuration[UrlSetting] ?? $"http://localhost:{DefaultPort}").Split(';')[0]);
        var port = wanted.Port == 0 || (configuration[UrlSetting] is null && !Ports.IsFree(wanted.Port)) ? Ports.Reserve() : wanted.Port;
        var address = new DashboardAddress(
            new UriBuilder("http", "localhost", port).Uri,
            configuration[TokenSetting] ?? configuration["ASPIRE_DASHBOARD_FRONTEND_BROWSERTOKEN"] ?? Random());
        if (!disabled)
        {
            configuration[UrlSetting] = address.Url.GetLeftPart(UriPartial.Authority);
            configuration[TokenSetting] = address.Token;
        }

        return address;
    }

    private static string Random() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24));
}
