using System.Collections.Frozen;
using System.Globalization;

namespace Platform.Agent.Planning;

/// <summary>A time as data can be compared with it: from a day on (empty for no start), before a day (null for no end).</summary>
internal sealed record TimeRange(string From, string? Until);

/// <summary>Reads time expressions: "in 2023", "since March 2021", "between 2019 and 2021", "in the last 30 days".</summary>
internal sealed class TimeRanges(Sentence s)
{
    private static readonly string[] In = ["in", "during", "within", "throughout", "in the year", "during the year", "in year", "for", "of", "from", "over", "in the course of"];
    private static readonly string[] Since = ["since", "from", "starting in", "starting from", "as of", "beginning in", "on or after", "in or after", "since the beginning of", "since the start of"];
    private static readonly string[] After = ["after", "later than", "following", "after the end of", "since the end of", "past"];
    private static readonly string[] Before = ["before", "prior to", "earlier than", "before the start of", "before the beginning of", "before the year"];
    private static readonly string[] Through = ["until", "till", "up to", "through", "up until", "by the end of", "until the end of", "no later than", "up to and including"];

    private static readonly FrozenDictionary<string, int> Months = CultureInfo.InvariantCulture.DateTimeFormat.MonthNames
        .Take(12).SelectMany((name, i) => new[] { (name.ToLowerInvariant(), i + 1), (name[..3].ToLowerInvariant(), i + 1) }).Append(("sept", 9))
        .DistinctBy(m => m.Item1).ToFrozenDictionary(m => m.Item1, m => m.Item2);

    public static IEnumerable<string> Words => Months.Keys.Concat(In).Concat(Since).Concat(After).Concat(Before).Concat(Through)
        .Concat(["between", "and", "to", "last", "past", "this", "day", "days", "week", "weeks", "month", "months", "year", "years", "today", "yesterday", "onwards", "on", "onward"]);

    public IEnumerable<Parsed<TimeRange>> At(int at)
    {
        if (Relative(at) is { } relative)
        {
            yield return relative;
        }

        foreach (var (words, read) in new (string[], Func<Span, TimeRange>)[]
        {
            (In, d => new(Iso(d.Start), Iso(d.End))), (["on"], d => new(Iso(d.Start), Iso(d.End))), (Since, d => new(Iso(d.Start), null)),
            (After, d => new(Iso(d.End), null)), (Before, d => new("", Iso(d.Start))), (Through, d => new("", Iso(d.End))),
        })
        {
            foreach (var phrase in words)
            {
                if (s.After(at, phrase) is >= 0 and var next && Date(Year(next)) is { } date && (phrase != "on" || date.Value.End == date.Value.Start.AddDays(1)))
                {
                    if (s.After(date.Next, ["onwards", "on", "onward", "and later", "or later", "and after"]) is >= 0 and var onwards)
                    {
                        yield return new(new(Iso(date.Value.Start), null), onwards, 0);
                    }
                    else if (phrase != "from")
                    {
                        yield return new(read(date.Value), date.Next, 0);
                    }
                    else if (words == Since)
                    {
                        // "from 2020" is "since 2020" here: "from" as "in" only where a range follows.
                        yield return new(new(Iso(date.Value.Start), null), date.Next, 0);
                    }
                }
            }
        }

        foreach (var (open, join) in new (string, string[])[] { ("between", ["and", "through", "to"]), ("from", ["to", "until", "through", "till"]) })
        {
            if (s.After(at, [open, open + " the years"]) is >= 0 and var first && Date(first) is { } start && s.After(start.Next, join) is >= 0 and var second
                && Date(second) is { } end && start.Value.Start < end.Value.End)
            {
                yield return new(new(Iso(start.Value.Start), Iso(end.Value.End)), end.Next, 0);
            }
        }
    }

    private int Year(int at) => s.After(at, ["the year", "year"]) is >= 0 and var next ? next : at;

    /// <summary>A year, a month of a year, a quarter of one, or a day.</summary>
    private Parsed<Span>? Date(int at)
    {
        if (at < 0 || at >= s.Count || s[at].Quoted)
        {
            return null;
        }

        var word = s[at].Word;
        if (IsYear(word) is { } year)
        {
            return new(new(new DateOnly(year, 1, 1), new DateOnly(year + 1, 1, 1)), at + 1, 0);
        }

        if (DateOnly.TryParseExact(word, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 1970 and < 2100)
        {
            return new(new(day, day.AddDays(1)), at + 1, 0);
        }

        if (DateOnly.TryParseExact(word, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var month) && month.Year is >= 1970 and < 2100)
        {
            return new(new(month, month.AddMonths(1)), at + 1, 0);
        }

        if (word is ['q', >= '1' and <= '4'] && YearAt(at + 1) is var (quarterYear, quarterEnd))
        {
            var start = new DateOnly(quarterYear, ((word[1] - '1') * 3) + 1, 1);
            return new(new(start, start.AddMonths(3)), quarterEnd, 0);
        }

        if (Months.TryGetValue(word, out var number))
        {
            if (YearAt(at + 1) is var (monthYear, next))
            {
                var start = new DateOnly(monthYear, number, 1);
                return new(new(start, start.AddMonths(1)), next, 0);
            }

            return DayOf(at + 1) is { } dayOf && YearAt(at + 2) is var (dayYear, after) && dayOf <= DateTime.DaysInMonth(dayYear, number)
                ? Day(new DateOnly(dayYear, number, dayOf), after) : null;
        }

        return DayOf(at) is { } first && at + 1 < s.Count && Months.TryGetValue(s[at + 1].Word, out number) && YearAt(at + 2) is var (y, end) && first <= DateTime.DaysInMonth(y, number)
            ? Day(new DateOnly(y, number, first), end) : null;
    }

    private static Parsed<Span> Day(DateOnly day, int next) => new(new(day, day.AddDays(1)), next, 0);

    private int? DayOf(int at) =>
        at < s.Count && int.TryParse(s[at].Word.TrimEnd('s', 't', 'n', 'd', 'r', 'h'), NumberStyles.None, CultureInfo.InvariantCulture, out var day) && day is > 0 and <= 31 ? day : null;

    private (int Year, int Next)? YearAt(int at)
    {
        at = s.After(at, "of") is >= 0 and var of ? of : at;
        return at < s.Count && IsYear(s[at].Word) is { } year ? (year, at + 1) : null;
    }

    private static int? IsYear(string word) =>
        word.Length == 4 && int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var year) && year is >= 1970 and < 2100 ? year : null;

    /// <summary>Times that are told from today.</summary>
    private Parsed<TimeRange>? Relative(int at)
    {
        var today = s.Today;
        var start = s.After(at, ["in", "during", "within", "over", "since", "from"]) is >= 0 and var preposition ? preposition : at;
        foreach (var (phrase, from, until) in new (string, DateOnly, DateOnly)[]
        {
            ("today", today, today.AddDays(1)), ("yesterday", today.AddDays(-1), today), ("this year", new(today.Year, 1, 1), new(today.Year + 1, 1, 1)),
            ("last year", new(today.Year - 1, 1, 1), new(today.Year, 1, 1)), ("this month", new(today.Year, today.Month, 1), new DateOnly(today.Year, today.Month, 1).AddMonths(1)),
            ("last month", new DateOnly(today.Year, today.Month, 1).AddMonths(-1), new(today.Year, today.Month, 1)),
            ("the last year", today.AddYears(-1), today.AddDays(1)), ("the past year", today.AddYears(-1), today.AddDays(1)),
            ("the last month", today.AddMonths(-1), today.AddDays(1)), ("the past month", today.AddMonths(-1), today.AddDays(1)), ("the last week", today.AddDays(-7), today.AddDays(1)),
            ("the past week", today.AddDays(-7), today.AddDays(1)),
        })
        {
            if (s.After(start, phrase) is >= 0 and var next)
            {
                return new(new(Iso(from), Iso(until)), next, 0);
            }
        }

        if (s.After(start, ["the last", "the past", "last", "past"]) is >= 0 and var last && last + 1 < s.Count && Lexicon.TryNumber(s[last].Word, out var number) && number is > 0 and < 1000)
        {
            DateOnly? from = s[last + 1].Word switch
            {
                "day" or "days" => today.AddDays(-number),
                "week" or "weeks" => today.AddDays(-7 * number),
                "month" or "months" => today.AddMonths(-number),
                "year" or "years" => today.AddYears(-Math.Min(number, 500)),
                _ => null,
            };
            return from is { } day ? new(new(Iso(day), Iso(today.AddDays(1))), last + 2, 0) : null;
        }

        return null;
    }

    private static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private readonly record struct Span(DateOnly Start, DateOnly End);
}
