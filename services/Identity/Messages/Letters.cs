namespace Platform.Identity.Messages;

/// <summary>What is written to people. Nothing that others typed stands in a header, and links are all that is clickable.</summary>
internal static class Letters
{
    public static Message PasswordReset(string to, string issuer, string token) => new(
        Channel.Email, to, "Set a new password",
        $"""
        Somebody, probably you, asked for a new password for {to}.

        To set one, open this link within an hour:
        {issuer}/connect/reset?token={token}

        If it was not you, nothing needs to be done: your password stays as it is.
        """);

    public static Message Invitation(string to, string issuer, string token) => new(
        Channel.Email, to, "You are invited",
        $"""
        An account was made for {to}.

        To choose a password and sign in, open this link within seven days:
        {issuer}/connect/invitation?token={token}
        """);

    public static Message MailCode(string to, string code) => new(
        Channel.Email, to, "Your sign-in code",
        $"""
        Your code is {code}. It is good for five minutes and for one sign-in.

        Nobody will ever ask you for it. If you are not signing in right now, change your password: somebody knows it.
        """);

    public static Message SmsCode(string to, string code) => new(Channel.Sms, to, Text: $"{code} is your sign-in code. Do not tell it to anybody.");

    public static Message NewDevice(string to, string address, DateTimeOffset at) => new(
        Channel.Email, to, "A new device signed in",
        $"""
        Your account was signed in to from a device that was not used before, from the address {address} on {at:yyyy-MM-dd HH:mm} UTC.

        If it was not you, change your password; that ends all other sessions.
        """);

    public static Message PasswordChanged(string to) => new(
        Channel.Email, to, "Your password was changed",
        """
        The password of your account was changed. If it was not you, ask your administrator to lock the account.
        """);
}
