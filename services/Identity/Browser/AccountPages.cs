using Platform.Identity.Mfa;
using Platform.Identity.SignIn;

namespace Platform.Identity.Browser;

/// <summary>Pages about an account itself: the second step of signing in, and what mailed links lead to.</summary>
internal static class AccountPages
{
    public static Page SecondFactor(string interaction, Interaction about, IReadOnlyList<string> methods, string? problem, int status)
    {
        var choices = methods.Select((m, i) => Html.Of($"""
            <label class="choice"><input type="radio" name="method" value="{m}"{(i == 0 ? Html.Of($" checked") : Html.Empty)}> {NameOf(m)}</label>
            """));
        var sendable = methods.Where(m => m is MfaKinds.Sms or MfaKinds.Email).Select(m => Html.Of($"""
            <button type="submit" name="send" value="{m}" class="second" formnovalidate>Send a code by {(m == MfaKinds.Sms ? "SMS" : "e-mail")}</button>
            """));
        return new Page("Confirm that it is you", Html.Of($"""
            <h1>Confirm that it is you</h1>
            {Alert(problem)}
            <form method="post" action="/connect/factor">
            <input type="hidden" name="{Pages.InteractionField}" value="{interaction}">
            <fieldset><legend>With</legend>{Html.Join(choices)}</fieldset>
            <label for="code">Code</label>
            <input id="code" name="code" class="code" required maxlength="40" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" autofocus>
            <button type="submit">Go on</button>
            {Html.Join(sendable)}
            </form>
            """), status, about.FormTarget);
    }

    public static Page Forgotten(string interaction, string? problem, int status) => new("Forgotten password", Html.Of($"""
        <h1>Forgotten password</h1>
        <p class="soft">A link to set a new one is mailed to you.</p>
        {Alert(problem)}
        <form method="post" action="/connect/forgot">
        <input type="hidden" name="{Pages.InteractionField}" value="{interaction}">
        <label for="username">E-mail address</label>
        <input id="username" name="username" type="email" required maxlength="254" autocomplete="username" autocapitalize="none" spellcheck="false">
        <label for="tenant">Organisation <span class="soft">(leave empty if you were given none)</span></label>
        <input id="tenant" name="tenant" maxlength="63" autocomplete="organization" autocapitalize="none" spellcheck="false">
        <button type="submit">Send the link</button>
        </form>
        """), status);

    public static Page NewPassword(AccountTokenPurpose purpose, string token, string? problem, int status)
    {
        var (title, action, button) = purpose == AccountTokenPurpose.Invitation
            ? ("Welcome", "/connect/invitation", "Set the password")
            : ("Set a new password", "/connect/reset", "Set the new password");
        return new Page(title, Html.Of($"""
            <h1>{title}</h1>
            <p class="soft">Choose a password of 12 to 128 characters.</p>
            {Alert(problem)}
            <form method="post" action="{action}">
            <input type="hidden" name="token" value="{token}">
            <label for="new_password">New password</label>
            <input id="new_password" name="new_password" type="password" required minlength="12" maxlength="128" autocomplete="new-password">
            <label for="repeat_password">New password once more</label>
            <input id="repeat_password" name="repeat_password" type="password" required minlength="12" maxlength="128" autocomplete="new-password">
            <button type="submit">{button}</button>
            </form>
            """), status);
    }

    private static Html Alert(string? problem) => problem is null ? Html.Empty : Html.Of($"""<p class="alert" role="alert" id="problem">{problem}</p>""");

    private static string NameOf(string method) => method switch
    {
        MfaKinds.Totp => "the code of your authenticator app",
        MfaKinds.Sms => "a code by SMS",
        MfaKinds.Email => "a code by e-mail",
        _ => "a recovery code",
    };
}
