namespace Platform.Identity.Clients;

/// <summary>The clients that exist from the first start on. They are public and belong to the platform, in whatever tenant their user is.</summary>
internal static class FirstPartyClients
{
    /// <summary>Command-line clients, and sign-in by password.</summary>
    public const string CommandLine = "platform-cli";

    /// <summary>The API description's pages.</summary>
    public const string Docs = "platform-docs";

    private const string DocsPage = "/api/docs/oauth2-redirect.html";

    public static bool Is(string clientId) => clientId is CommandLine or Docs;

    /// <summary>Where the pages are, which moves with the issuer; on this machine they are opened by either of its names.</summary>
    public static string[] DocsRedirects(string issuer) => new Uri(issuer) is { IsLoopback: true } uri
        ? [$"{uri.Scheme}://localhost:{uri.Port}{DocsPage}", $"{uri.Scheme}://127.0.0.1:{uri.Port}{DocsPage}"]
        : [issuer + DocsPage];
}
