using System.Globalization;
using Platform.Agent.Planning;
using Platform.ServiceDefaults;

namespace Platform.Agent.Semantics;

/// <summary>One attempt to read a question over one entity, from the first word to the last.</summary>
internal sealed class AggregateReading(Sentence s, MergedEntity entity, TenantAdditions additions)
{
    private static readonly string[] Marks =
    [
        "how many", "how much", "number of", "the number of", "total number of", "the total number of", "count of", "count", "count the", "what is the number of", "what is the total number of", "trend of", "trend in", "the trend of", "trend",
    ];

    private static readonly string[] Splits = ["by", "per", "for each", "for every", "grouped by", "group by", "split by", "broken down by", "broken out by", "across", "each", "and by", "according to"];
    private static readonly string[] Most = ["the most", "most", "the highest number of", "the largest number of", "the highest", "the largest"];
    private static readonly string[] Continuing = ["and", "what about", "how about", "and what about", "only", "now", "the same"];
    private static readonly string[] Used = ["use", "used", "spend", "spent", "took", "take", "cost", "consume", "consumed", "pay", "paid"];
    private static readonly string[] Fillers =
    [
        "the", "a", "an", "of", "is", "are", "there", "in", "we", "us", "our", "do", "did", "does", "was", "were", "have", "has", "had", "been", "show", "me", "give", "what", "which", "please", "tell", "it", "all", "currently", "now", "with",
        "total", "overall", "that", "this", "for", "from", "you", "know", "stand", "level", "made", "came",
    ];

    private readonly AggregateWords _words = new(entity.Entity, additions);
    private readonly List<string> _dimensions = [];
    private readonly List<(string Field, string Op, List<string> Values)> _filters = [];
    private string? _measure;
    private string? _timeField;
    private string? _granularity;
    private TimeRange? _range;
    private int? _ranks;
    private bool _isAsked;
    private bool _isNamed;
    private bool _isUsed;
    private bool _isTrend;

    /// <summary>A question by itself.</summary>
    public AggregatePlan? Begin() => ReadFrom(0) && _isNamed && (_isAsked || _measure is not null || _dimensions.Count > 0 || _granularity is not null) ? Plan() : null;

    /// <summary>A question that changes the last one: what it says anew takes the place of what was said.</summary>
    public AggregatePlan? Continue(AggregatePlan last)
    {
        var start = s.After(0, Continuing) is >= 0 and var next ? next : s.After(0, Splits) >= 0 ? 0 : -1;
        if (start < 0 || !ReadFrom(start))
        {
            return null;
        }

        var query = last.Query;
        _measure ??= query.Measures?[0];
        _ranks ??= _dimensions.Count > 0 ? null : last.Ranks;
        _granularity ??= _dimensions.Count > 0 ? null : query.Time?.Granularity;
        _timeField ??= query.Time?.Field;
        _range ??= query.Time is { } time && (time.From ?? time.To) is not null ? new TimeRange(time.From ?? "", time.To) : null;
        if (_dimensions.Count == 0 && _granularity is null)
        {
            _dimensions.AddRange(query.Dimensions ?? []);
        }

        foreach (var filter in query.Filters ?? [])
        {
            if (!_filters.Exists(f => f.Field == filter.Field))
            {
                _filters.Add((filter.Field!, filter.Op!, [.. filter.Values ?? []]));
            }
        }

        return Plan();
    }

    private bool ReadFrom(int at)
    {
        while (at >= 0 && at < s.Count)
        {
            at = Step(at);
        }

        return at >= 0;
    }

    /// <summary>Past what can be read here; -1 where nothing can.</summary>
    private int Step(int at)
    {
        if (s[at].Quoted)
        {
            return -1;
        }

        if (s.After(at, Marks) is >= 0 and var mark)
        {
            _isAsked = true;
            for (var i = at; i < mark; i++)
            {
                _isTrend |= s[i].Word == "trend";
            }

            return mark;
        }

        return Rank(at) ?? Split(at) ?? Filter(at) ?? Time(at) ?? Name(at) ?? Filler(at);
    }

    private int? Rank(int at)
    {
        if (s.After(at, ["top", "the top"]) is >= 0 and var top)
        {
            (_isAsked, _ranks) = (true, 10);
            if (top < s.Count && Lexicon.TryNumber(s[top].Word, out var number) && number is > 0 and <= 1000)
            {
                (_ranks, top) = (number, top + 1);
            }

            // "top 5 sources": what is ranked is what it is split by.
            return _words.Dimension(s, top) is var (member, next) && AddDimension(member) ? next : top;
        }

        if (s.After(at, Most) is >= 0 and var most && _dimensions.Count > 0)
        {
            (_isAsked, _ranks) = (true, 1);
            return most;
        }

        // "which source has the most": asked of each.
        return s.After(at, ["which", "what"]) is >= 0 and var which && _words.Dimension(s, which) is var (asked, after) && s.After(after, ["has", "have", "had", "gave", "with", "got"]) is >= 0 and var verb
            && s.After(verb, Most) >= 0 && AddDimension(asked) ? verb : null;
    }

    private int? Split(int at)
    {
        if (s.After(at, ["daily", "hourly", "weekly", "monthly", "quarterly", "yearly"]) is >= 0 and var often)
        {
            _granularity = s[at].Word == "daily" ? "day" : s[at].Word[..^2];
            return often;
        }

        if (s.After(at, Splits) is not (>= 0 and var next))
        {
            // "by severity and type"
            return s.After(at, "and") is >= 0 and var and && _dimensions.Count > 0 && _words.Value(s, and) is null && _words.Dimension(s, and) is var (second, past) && AddDimension(second) ? past : null;
        }

        next = s.After(next, "the") is >= 0 and var the ? the : next;
        if (next < s.Count && s[next].Word.TrimEnd('s') is "hour" or "day" or "week" or "month" or "quarter" or "year" && next < s.Count)
        {
            _granularity = s[next].Word.TrimEnd('s');
            return next + 1;
        }

        return _words.Dimension(s, next) is var (member, after) && AddDimension(member) ? after : null;
    }

    private int? Filter(int at)
    {
        if (_words.Value(s, at) is var (member, value, next))
        {
            if (_filters.FindIndex(f => f.Field == member.Name) is >= 0 and var known)
            {
                // Of the same kind, any of them: only where the question says "or", "and" or a comma.
                if (!s[at].CommaBefore && s[at - 1].Word is not ("or" or "and"))
                {
                    return null;
                }

                _filters[known].Values.Add(value);
            }
            else
            {
                _filters.Add((member.Name, "equals", [value]));
            }

            next = s.After(next, ["severity", "priority"]) is >= 0 and var noun && member.Name == "severity" ? noun : next;
            return s.After(next, ["or", "and"]) is >= 0 and var more && _words.Value(s, more) is { } another && another.Member.Name == member.Name ? more : next;
        }

        if (_words.Dimension(s, at) is not var (field, after))
        {
            return null;
        }

        if (field.Type == "flag")
        {
            _filters.Add((field.Name, "equals", ["true"]));
            return after;
        }

        after = s.After(after, ["is", "of", "are"]) is >= 0 and var be ? be : after;
        if (field.Type == "number")
        {
            var (op, number) = s.After(after, ["above", "over", "greater than", "more than", "higher than"]) is >= 0 and var above ? ("above", above) : ("below", s.After(after, ["below", "under", "less than", "lower than"]));
            if (number >= 0 && number < s.Count && double.TryParse(s[number].Word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _))
            {
                _filters.Add((field.Name, op, [s[number].Word]));
                return number + 1;
            }
        }

        // A value of which the model has no word must stand in quotation marks, or be a figure.
        if (after < s.Count && field.Type is "text" or "number" && after < s.Count && (s[after].Quoted || (field.Type == "number" && Lexicon.TryNumber(s[after].Word, out _))))
        {
            var end = after + 1;
            while (end < s.Count && s[after].Quoted && s[end].Quoted && !s[end].CommaBefore)
            {
                end++;
            }

            _filters.Add((field.Name, "equals", [string.Join(' ', Enumerable.Range(after, end - after).Select(i => s[i].Text))]));
            return end;
        }

        return _words.Value(s, after) is { } named && named.Member.Name == field.Name ? after : null;
    }

    private int? Time(int at)
    {
        if (_words.Dimension(s, at) is var (member, next) && member.Type == "time" && _timeField is null)
        {
            _timeField = member.Name;
            return next;
        }

        foreach (var range in new TimeRanges(s).At(at))
        {
            if (_range is null)
            {
                _range = range.Value;
                return range.Next;
            }
        }

        return null;
    }

    private int? Name(int at)
    {
        if (_words.Metric(s, at) is var (metric, after) && _measure is null)
        {
            (_measure, _isNamed) = (metric.Measure, true);
            _filters.AddRange(metric.Filters.Select(f => (f.Field, f.Op, f.Values)));
            return after;
        }

        if (_words.Noun(s, at) is > 0 and var noun)
        {
            _isNamed = true;
            return noun;
        }

        if (_measure is null && _words.Measure(s, at) is var (measure, next))
        {
            // What only counts says nothing of what is counted.
            (_measure, _isNamed) = (measure.Name, _isNamed || measure.Name is not "count");
            return next;
        }

        return null;
    }

    private int Filler(int at)
    {
        if (s.After(at, Used) is >= 0 and var used)
        {
            _isUsed = true;
            return used;
        }

        return s.After(at, Fillers) is >= 0 and var next ? next : -1;
    }

    private bool AddDimension(SemanticMemberView member)
    {
        if (member.Type == "time" || _dimensions.Contains(member.Name))
        {
            return false;
        }

        _dimensions.Add(member.Name);
        return true;
    }

    private AggregatePlan? Plan()
    {
        var view = entity.Entity;
        var measure = _measure ?? (view.Measures.FirstOrDefault(m => m.Name == "count") ?? view.Measures.FirstOrDefault(m => m.Synonyms.Contains("count")))?.Name;
        var time = _timeField ?? view.Dimensions.FirstOrDefault(d => d.Type == "time")?.Name;
        _granularity ??= _isTrend && _dimensions.Count == 0 ? "month" : null;
        if (measure is null || (_isUsed && measure is "count" or "requests") || (time is null && (_granularity ?? (object?)_range) is not null) || (_ranks is not null && _dimensions.Count == 0))
        {
            return null;
        }

        // What its source took back or gave up does not count unless asked for.
        foreach (var flag in view.Dimensions.Where(d => d.Name is "revoked" or "deprecated" && !_filters.Exists(f => f.Field == d.Name)).ToList())
        {
            _filters.Add((flag.Name, "equals", ["false"]));
        }

        var query = new SemanticPlan(
            view.Name, [measure], [.. _dimensions], [.. _filters.Select(f => new SemanticFilter(f.Field, f.Op, f.Values))],
            (_granularity ?? (object?)_range) is null ? null : new SemanticTime(time, _granularity, _range is { From.Length: > 0 } ? _range.From : null, _range?.Until));
        return new AggregatePlan(query, _ranks);
    }
}
