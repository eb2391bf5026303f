using System.Globalization;

namespace Platform.Benchmarks.Harness;

/// <summary>What every bench and proof understands.</summary>
/// <param name="Rounds">How often each figure is taken.</param>
/// <param name="Seconds">Length of one timed measurement.</param>
/// <param name="Quick">One short round, to see that it works.</param>
/// <param name="Out">Folder of the JSON; null for the default one.</param>
/// <param name="Only">One target of a proof; null for all.</param>
/// <param name="Platform">Data folder of a platform that runs already; null to start one.</param>
internal sealed record RunOptions(int Rounds, int Seconds, bool Quick, string? Out, string? Only, string? Platform)
{
    /// <summary>Null, with a line on the error output, when the arguments are not understood.</summary>
    public static RunOptions? Read(string[] arguments, Measurement measurement)
    {
        var options = new RunOptions(measurement.DefaultRounds, measurement.DefaultSeconds, Quick: false, Out: null, Only: null, Platform: null);
        for (var i = 0; i < arguments.Length; i++)
        {
            var value = i + 1 < arguments.Length ? arguments[i + 1] : "";
            switch (arguments[i])
            {
                case "--rounds" when TryRead(value, out var rounds):
                    options = options with { Rounds = rounds };
                    i++;
                    break;
                case "--seconds" when TryRead(value, out var seconds):
                    options = options with { Seconds = seconds };
                    i++;
                    break;
                case "--out" when value.Length > 0:
                    options = options with { Out = value };
                    i++;
                    break;
                case "--only" when value.Length > 0 && measurement.Targets.Contains(value):
                    options = options with { Only = value };
                    i++;
                    break;
                case "--platform" when Directory.Exists(value) && measurement.CanShare:
                    options = options with { Platform = value };
                    i++;
                    break;
                case "--quick":
                    options = options with { Quick = true, Rounds = 1, Seconds = 1 };
                    break;
                default:
                    Console.Error.WriteLine($"'{arguments[i]} {value}'".TrimEnd() + " is not understood.");
                    return null;
            }
        }

        return options;
    }

    private static bool TryRead(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number is >= 1 and <= 10_000;
}
