using Platform.Agent.Semantics;

namespace Platform.Agent.Planning;

/// <summary>
/// The planner that needs no model: links names to objects, reads the question by grammar and accepts a reading only
/// when it uses every word. It never guesses: otherwise it refuses, naming the words, or asks back.
/// </summary>
internal sealed class BuiltInPlanner(EntityLinker linker, SemanticLayer layer, TimeProvider clock)
{
    /// <summary>Longer messages are not questions that the grammar could mean.</summary>
    public const int MaxWords = 60;

    private const int MaxOptions = 5;
    private const int MaxSlips = 3;

    /// <param name="message">What was asked.</param>
    /// <param name="last">The plan of the last answer of the conversation.</param>
    /// <param name="ct">Ends the planning.</param>
    public async Task<PlanOutcome> PlanAsync(string message, Plan? last, CancellationToken ct)
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

        var context = new PlanningContext(DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime), last);
        if (last is AggregatePlan && await AggregateAsync(tokens, context, ct) is { } continued)
        {
            return continued;
        }

        var mentions = await linker.LinkAsync(tokens, ct);
        var outcome = Decide(tokens, mentions, context);
        // What services keep in tables, they know best; the graph holds only part of it.
        if ((outcome is Refused || IsKeptInTables(outcome)) && await AggregateAsync(tokens, context, ct) is { } aggregate)
        {
            return aggregate;
        }

        return outcome is Refused { Reason: RefusalReason.UnknownWords } refused ? await CorrectAsync(tokens, mentions, refused, context, ct) : outcome;
    }

    private static bool IsKeptInTables(PlanOutcome outcome) =>
        outcome is Planned { Plan: CountPlan { Set: { Kind: ObjectKind.Indicator or ObjectKind.Incident, Links.Count: 0 } } or BreakdownPlan { Set: { Kind: ObjectKind.Indicator or ObjectKind.Incident, Links.Count: 0 } } };

    private async Task<PlanOutcome?> AggregateAsync(IReadOnlyList<Token> tokens, PlanningContext context, CancellationToken ct) =>
        AggregateQuestions.Read(tokens, await layer.ReachableModelAsync(ct), context) switch
        {
            [] => null,
            [var only] => new Planned(only),
            var several => new Unclear([.. several.Take(MaxOptions)]),
        };

    /// <summary>The same message with its slips put right; the refusal stands where that does not make one meaning of it.</summary>
    private async Task<PlanOutcome> CorrectAsync(List<Token> tokens, IReadOnlyList<Mention> mentions, Refused refused, PlanningContext context, CancellationToken ct)
    {
        if (refused.Unknown.Count > MaxSlips)
        {
            return refused;
        }

        var corrections = new List<Correction>();
        var corrected = new List<Token>(tokens);
        for (var i = 0; i < corrected.Count; i++)
        {
            if (!corrected[i].Quoted && refused.Unknown.Contains(corrected[i].Text) && Corrections.Word(corrected[i].Word) is { } word)
            {
                corrections.Add(new Correction(corrected[i].Text, word));
                corrected[i] = corrected[i] with { Text = word, Word = word };
            }
        }

        List<Mention> linked = corrections.Count > 0 ? [.. await linker.LinkAsync(corrected, ct)] : [.. mentions];
        if (corrections.Count > 0 && Decide(corrected, linked, context) is Planned read)
        {
            return read with { Corrections = corrections };
        }

        foreach (var (tried, made) in corrections.Count > 0 ? [(corrected, corrections), (tokens, [])] : new[] { (tokens, new List<Correction>()) })
        {
            var slips = await linker.LinkSlipsAsync(tried, UnknownWords.Find(tried, tried == tokens ? mentions : linked), ct);
            if (slips.Count > 0 && Decide(tried, [.. tried == tokens ? mentions : linked, .. slips.Select(m => m.Mention)], context) is Planned named)
            {
                return named with { Corrections = [.. made, .. slips.Select(m => m.Correction).Distinct()] };
            }
        }

        return refused;
    }

    /// <summary>The meaning of a message whose names are linked.</summary>
    public static PlanOutcome Decide(IReadOnlyList<Token> tokens, IReadOnlyList<Mention> mentions, PlanningContext? context = null)
    {
        List<Reading> readings;
        try
        {
            readings = Questions.Read(new Sentence(tokens, mentions, context));
            for (var i = 1; i < tokens.Count && readings.Count == 0; i++)
            {
                // "In 2023, how many groups were added?" is read as if what stands before the comma stood at the end.
                if (tokens[i].CommaBefore && !tokens[i].Quoted)
                {
                    readings = Questions.Read(Turned(tokens, mentions, i, context));
                }
            }
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

    private static Sentence Turned(IReadOnlyList<Token> tokens, IReadOnlyList<Mention> mentions, int at, PlanningContext? context)
    {
        var turned = new List<Token>(tokens.Count);
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[(i + at) % tokens.Count];
            turned.Add(i + at == tokens.Count || i == 0 ? token with { CommaBefore = false } : token);
        }

        var moved = new List<Mention>(mentions.Count);
        foreach (var mention in mentions)
        {
            if (mention.Start >= at || mention.Next <= at)
            {
                moved.Add(mention with { Start = (mention.Start - at + tokens.Count) % tokens.Count });
            }
        }

        return new Sentence(turned, moved, context);
    }
}
