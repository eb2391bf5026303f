using Platform.Identity.Authorization;
using Platform.Identity.Clients;
using Platform.Identity.Users;

namespace Platform.Identity.Browser;

/// <summary>The pages that people see. Each form carries its sealed interaction, which is also its guard against forgery.</summary>
internal static class Pages
{
    public const string InteractionField = "interaction";

    public static Page SignIn(string interaction, Interaction about, Client? client, string? username, string? tenant, string? problem, int status)
    {
        // A client of one tenant lets in that tenant's users; the platform's own let in everybody's.
        var organisation = client is null || FirstPartyClients.Is(client.ClientId)
            ? Html.Of($"""
                <label for="tenant">Organisation <span class="soft">(leave empty if you were given none)</span></label>
                <input id="tenant" name="tenant" value="{tenant}" maxlength="63" autocomplete="organization" autocapitalize="none" spellcheck="false">
                """)
            : Html.Empty;
        var purpose = client is null ? Html.Of($"""<p class="soft">to go on</p>""") : Html.Of($"""<p class="soft">to go on to {client.Name}</p>""");
        return new Page("Sign in", Html.Of($"""
            <h1>Sign in</h1>
            {purpose}
            {Alert(problem)}
            <form method="post" action="/connect/signin">
            {Hidden(interaction)}
            <label for="username">E-mail address</label>
            <input id="username" name="username" type="email" value="{username}" required maxlength="254" autocomplete="username" autocapitalize="none" spellcheck="false"{Invalid(problem)}>
            <label for="password">Password</label>
            <input id="password" name="password" type="password" required maxlength="1024" autocomplete="current-password"{Invalid(problem)}>
            {organisation}
            <button type="submit">Sign in</button>
            </form>
            <p><a href="/connect/forgot">Forgot your password?</a></p>
            """), status, about.FormTarget);
    }

    public static Page NewPassword(string interaction, Interaction about, User user, IReadOnlyList<string> problems)
    {
        var problem = problems.Count == 0 ? null : string.Join(" ", problems);
        return new Page("Choose a new password", Html.Of($"""
            <h1>Choose a new password</h1>
            <p class="soft">You are signed in as {user.UserName}. Your password was set by somebody else, so it must change now. It must have 12 to 128 characters.</p>
            {Alert(problem)}
            <form method="post" action="/connect/password">
            {Hidden(interaction)}
            <input type="hidden" name="username" value="{user.UserName}" autocomplete="username">
            <label for="current_password">Current password</label>
            <input id="current_password" name="current_password" type="password" required maxlength="1024" autocomplete="current-password">
            <label for="new_password">New password</label>
            <input id="new_password" name="new_password" type="password" required minlength="12" maxlength="128" autocomplete="new-password"{Invalid(problem)}>
            <label for="repeat_password">New password once more</label>
            <input id="repeat_password" name="repeat_password" type="password" required minlength="12" maxlength="128" autocomplete="new-password">
            <button type="submit">Change the password</button>
            </form>
            """), problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest, about.FormTarget);
    }

    public static Page Consent(string interaction, AuthorizationRequest request, Client client, User user) => new(
        "Allow access", Html.Of($"""
            <h1>Allow {client.Name} to act for you?</h1>
            <p class="soft">You are signed in as {user.UserName}.</p>
            <p>It will be able to:</p>
            <ul>{Rights(request.Scope)}</ul>
            <p class="soft">Afterwards you are sent to <strong>{RedirectUris.SourceOf(request.RedirectUri)}</strong>.</p>
            <form method="post" action="/connect/consent">
            {Hidden(interaction)}
            <button type="submit" name="decision" value="allow">Allow</button>
            <button type="submit" name="decision" value="deny" class="second">Do not allow</button>
            <p class="soft">Not you? <button type="submit" name="decision" value="switch" class="link">Sign in as somebody else</button></p>
            </form>
            """), formTarget: RedirectUris.SourceOf(request.RedirectUri));

    public static Page DeviceCode(string interaction, string? code, string? problem, int status = StatusCodes.Status200OK) => new(
        "Connect a device", Html.Of($"""
            <h1>Connect a device</h1>
            <p class="soft">Type the code that your device shows.</p>
            {Alert(problem)}
            <form method="post" action="/device">
            {Hidden(interaction)}
            <label for="user_code">Code</label>
            <input id="user_code" name="user_code" class="code" value="{code}" required maxlength="16" autocomplete="off" autocapitalize="characters" spellcheck="false"{Invalid(problem)}>
            <button type="submit">Go on</button>
            </form>
            """), status);

    public static Page DeviceConsent(string interaction, string code, string scope, Client client, User user) => new(
        "Connect a device", Html.Of($"""
            <h1>Connect {client.Name}?</h1>
            <p class="soft">You are signed in as {user.UserName}.</p>
            <p>Go on only if <em>you</em> started this and your device shows this code:</p>
            <output class="code">{code}</output>
            <p>It will be able to:</p>
            <ul>{Rights(scope)}</ul>
            <form method="post" action="/device/confirm">
            {Hidden(interaction)}
            <button type="submit" name="decision" value="allow">Connect the device</button>
            <button type="submit" name="decision" value="deny" class="second">Do not connect</button>
            </form>
            """));

    public static Page SignOut(string interaction, Interaction about, User? user) => new(
        "Sign out", Html.Of($"""
            <h1>Sign out?</h1>
            <p>{(user is null ? "You are not signed in with this browser." : $"You are signed in as {user.UserName}.")}</p>
            <form method="post" action="/connect/endsession/confirm">
            {Hidden(interaction)}
            <button type="submit">Sign out</button>
            </form>
            """), formTarget: about.FormTarget);

    public static Page Message(string title, string text, int status = StatusCodes.Status200OK) => new(
        title, Html.Of($"""
            <h1>{title}</h1>
            <p>{text}</p>
            """), status);

    /// <summary>Where a request is too wrong for its sender to be told.</summary>
    public static Page Error(string text, int status = StatusCodes.Status400BadRequest) => Message("This did not work", text, status);

    public static Page Expired() => Error("This page has expired, or belongs to another browser. Go back to where you came from and start again.");

    private static Html Hidden(string interaction) => Html.Of($"""<input type="hidden" name="{InteractionField}" value="{interaction}">""");

    private static Html Alert(string? problem) => problem is null ? Html.Empty : Html.Of($"""<p class="alert" role="alert" id="problem">{problem}</p>""");

    private static Html Invalid(string? problem) => problem is null ? Html.Empty : Html.Of($""" aria-invalid="true" aria-describedby="problem" """);

    private static Html Rights(string scope)
    {
        var parts = Scopes.Split(scope);
        var items = parts.Select(p => Html.Of($"<li>{Scopes.Describe(p)}</li>")).ToList();
        if (!parts.Any(Scopes.IsRight))
        {
            items.Add(Html.Of($"<li>Do what you may do, as far as it was given these rights.</li>"));
        }

        return Html.Join(items);
    }
}
