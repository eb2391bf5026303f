using Microsoft.Extensions.Options;

namespace Platform.ServiceDefaults.Health;

/// <summary>A bad setting ends the process with one line and the exit code for configuration errors, not with a stack trace.</summary>
internal static class StartupFaults
{
    // EX_CONFIG of sysexits.h.
    private const int ConfigurationError = 78;

    private static int _watched;

    public static void Watch()
    {
        if (Interlocked.Exchange(ref _watched, 1) == 0)
        {
            AppDomain.CurrentDomain.UnhandledException += static (_, unhandled) =>
            {
                if (unhandled.ExceptionObject is OptionsValidationException fault)
                {
                    Console.Error.WriteLine($"Cannot start: {fault.Message}");
                    Environment.Exit(ConfigurationError);
                }
            };
        }
    }
}
