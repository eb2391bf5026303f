namespace Platform.Benchmarks.Harness;

/// <summary>One bench or proof: its name on the command line, what it says about itself, and the work.</summary>
internal abstract class Measurement
{
    public abstract string Name { get; }

    /// <summary>One line for the list.</summary>
    public abstract string Summary { get; }

    /// <summary>What is done, against what, and the options with their defaults.</summary>
    public abstract string Help { get; }

    /// <summary>Rounds unless <c>--rounds</c> says otherwise.</summary>
    public virtual int DefaultRounds => 5;

    /// <summary>Seconds of one measurement unless <c>--seconds</c> says otherwise.</summary>
    public virtual int DefaultSeconds => 3;

    /// <summary>What <c>--only</c> can choose from; none where there is one way to run it.</summary>
    public virtual IReadOnlyList<string> Targets => [];

    /// <summary>Whether it may be done on a platform that runs for something else too.</summary>
    public virtual bool CanShare => true;

    /// <summary>Measures and adds the figures to the run's report.</summary>
    public abstract Task RunAsync(Run run, CancellationToken ct);
}
