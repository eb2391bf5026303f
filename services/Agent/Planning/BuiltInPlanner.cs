namespace Platform.Agent.Planning;

/// <summary>
/// The planner that needs no model: links names to objects, reads the question by grammar and accepts a reading only
/// when it uses every word. It never guesses: otherwise it refuses, naming the words, or asks back.
/// </summary>
internal sealed class BuiltInPlanner(EntityLinker linker)
{
    /// <summary>Longer messages are not questions that the grammar could mean.</summary>
    public const int MaxWords = 60;

    private const int MaxOptions = 5;

    public async Task<PlanOutcome> PlanAsync(string message, CancellationToken ct)
    {
        var tokens = Tokenizer.Split(message);
        if (tokens.Count == 0)
        {
            return new Refused(RefusalReason.Empty, [], Suggestions.For([]));
        }

        if (LookupQuestions.Read(tokens) is { } lookup)
        {
            return new Planned(lookup);
        }

        if (tokens.Count > MaxWords)
        {
            return new Refused(RefusalReason.TooLong, [], Suggestions.For([]));
        }

        if (SearchQuestions.Read(new Sentence(tokens, []), message) is { } search)
        {
            return new Planned(search);
        }

        return Decide(tokens, await linker.LinkAsync(tokens, ct));
    }

    /// <summary>The meaning of a message whose names are linked.</summary>
    public static PlanOutcome Decide(IReadOnlyList<Token> tokens, IReadOnlyList<Mention> mentions)
    {
        var sentence = new Sentence(tokens, mentions);
        List<Reading> readings;
        try
        {
            readings = Questions.Read(sentence);
        }
        catch (ReadingTooLongException)
        {
            return new Refused(RefusalReason.TooLong, [], Suggestions.For(mentions));
        }

        if (readings.Count == 0)
        {
            var unknown = UnknownWords.Find(tokens, mentions);
            return new Refused(unknown.Count > 0 ? RefusalReason.UnknownWords : RefusalReason.UnknownShape, unknown, Suggestions.For(mentions));
        }

        var best = int.MinValue;
        foreach (var reading in readings)
        {
            best = Math.Max(best, reading.Score);
        }

        var options = new List<Plan>();
        foreach (var reading in readings)
        {
            if (reading.Score == best)
            {
                options.Add(reading.Plan);
            }
        }

        return options.Count == 1 ? new Planned(options[0]) : new Unclear(options.GetRange(0, Math.Min(options.Count, MaxOptions)));
    }
}
