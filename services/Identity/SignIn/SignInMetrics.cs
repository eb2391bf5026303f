using System.Diagnostics.Metrics;

namespace Platform.Identity.SignIn;

/// <summary>Counts sign-ins.</summary>
internal static class SignInMetrics
{
    private static readonly Meter Meter = new("Platform.Identity");
    private static readonly Counter<long> SignIns = Meter.CreateCounter<long>("sign_ins_total", null, "Attempts to sign in by password, by result.");

    /// <param name="result">success, failure or locked.</param>
    public static void Count(string result) => SignIns.Add(1, new KeyValuePair<string, object?>("result", result));
}
