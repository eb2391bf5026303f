using Platform.Benchmarks.Gateway;
using Platform.Benchmarks.Harness;

// Run by ./platform bench and ./platform prove; "peer" starts a part of a bench in a process of its own.
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
return args switch
{
    ["peer", "yarp", var port, var backend] => await BareYarp.RunAsync(int.Parse(port), new Uri(backend), stop.Token),
    ["bench", .. var rest] => await CommandLine.RunAsync(Catalogue.Benches, rest, stop.Token),
    ["prove", .. var rest] => await CommandLine.RunAsync(Catalogue.Proofs, rest, stop.Token),
    _ => CommandLine.Misused("Usage: bench NAME [OPTIONS] | prove NAME [OPTIONS]"),
};
