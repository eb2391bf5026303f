using System.Globalization;

namespace Platform.Benchmarks.Harness;

/// <summary>Lists, explains and runs what a catalogue holds.</summary>
internal static class CommandLine
{
    private const int Misuse = 2;

    public static async Task<int> RunAsync(Catalogue catalogue, string[] arguments, CancellationToken ct)
    {
        if (arguments is [] or ["--help" or "-h"])
        {
            List(catalogue);
            return 0;
        }

        if (catalogue.All.FirstOrDefault(m => m.Name == arguments[0]) is not { } measurement)
        {
            return Misused($"There is no {catalogue.Command} '{arguments[0]}'. ./platform {catalogue.Command} lists them.");
        }

        if (arguments.Contains("--help") || arguments.Contains("-h"))
        {
            Explain(catalogue, measurement);
            return 0;
        }

        if (RunOptions.Read(arguments[1..], measurement) is not { } options)
        {
            return Misused($"./platform {catalogue.Command} {measurement.Name} --help explains the options.");
        }

        using var run = new Run(catalogue.Command, measurement.Name, options);
        try
        {
            await measurement.RunAsync(run, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            run.Say("Stopped; nothing is written down.");
            return 130;
        }
        catch (Exception exception)
        {
            Console.Error.WriteLine($"{measurement.Name} broke off: {exception}");
            return 1;
        }

        return run.Finish() || catalogue.Command == "bench" ? 0 : 1;
    }

    public static int Misused(string message)
    {
        Console.Error.WriteLine(message);
        return Misuse;
    }

    private static void List(Catalogue catalogue)
    {
        Console.WriteLine($"Usage: ./platform {catalogue.Command} NAME [OPTIONS]        ./platform {catalogue.Command} NAME --help");
        Console.WriteLine();
        foreach (var measurement in catalogue.All)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {measurement.Name,-14}{measurement.Summary}"));
        }

        Console.WriteLine();
        Console.WriteLine("docs/benchmarks.md says what each measures and what it measured.");
    }

    private static void Explain(Catalogue catalogue, Measurement measurement)
    {
        Console.WriteLine($"./platform {catalogue.Command} {measurement.Name} [OPTIONS]: {measurement.Summary}");
        Console.WriteLine();
        Console.WriteLine(measurement.Help);
        Console.WriteLine($"""

              --rounds N   how often each figure is taken (default: {measurement.DefaultRounds})
              --seconds S  length of one measurement, where it has one (default: {measurement.DefaultSeconds})
              --quick      one short round, to see that it works; not for figures
              --out DIR    where the JSON goes (default: .data/{catalogue.Command}/{measurement.Name} of the checkout)
            """);
        if (measurement.CanShare)
        {
            Console.WriteLine("  --platform DIR  measure on the platform that runs with this data folder, instead of starting one");
        }

        if (measurement.Targets.Count > 0)
        {
            Console.WriteLine($"  --only NAME  one of {string.Join(", ", measurement.Targets)}");
        }
    }
}
