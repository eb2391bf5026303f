using Platform.Agent.Planning;
using Platform.ServiceDefaults;

namespace Platform.Agent.Semantics;

/// <summary>What the words of a question can mean over one entity.</summary>
internal sealed class AggregateWords
{
    private readonly Dictionary<string, SemanticMemberView> _dimensions = [];
    private readonly Dictionary<string, SemanticMemberView> _measures = [];
    private readonly Dictionary<string, NamedMetric> _metrics = [];
    private readonly Dictionary<string, (SemanticMemberView Member, string Value)> _values = [];
    private readonly HashSet<string> _nouns = [];

    public AggregateWords(SemanticEntityView entity, TenantAdditions additions)
    {
        Add(_nouns, entity.Name, entity.Synonyms, additions.Synonyms.GetValueOrDefault(entity.Name));
        foreach (var (members, table) in new[] { (entity.Dimensions, _dimensions), (entity.Measures, _measures) })
        {
            foreach (var member in members)
            {
                var words = new HashSet<string>();
                Add(words, member.Name, member.Synonyms, additions.Synonyms.GetValueOrDefault($"{entity.Name}.{member.Name}"));
                foreach (var word in words)
                {
                    table.TryAdd(word, member);
                }

                foreach (var (word, value) in member.Words ?? new Dictionary<string, string>())
                {
                    _values.TryAdd(word, (member, value));
                }
            }
        }

        foreach (var metric in additions.Metrics.FindAll(m => m.Entity == entity.Name))
        {
            foreach (var word in metric.Synonyms.Append(metric.Name))
            {
                _metrics.TryAdd(word.ToLowerInvariant(), metric);
            }
        }
    }

    public int Noun(Sentence s, int at) => Longest(s, at, _nouns.Contains);

    public (SemanticMemberView Member, int Next)? Dimension(Sentence s, int at) => Longest(s, at, _dimensions.ContainsKey) is > 0 and var next ? (_dimensions[Text(s, at, next)], next) : null;

    public (SemanticMemberView Member, int Next)? Measure(Sentence s, int at) => Longest(s, at, _measures.ContainsKey) is > 0 and var next ? (_measures[Text(s, at, next)], next) : null;

    public (NamedMetric Metric, int Next)? Metric(Sentence s, int at) => Longest(s, at, _metrics.ContainsKey) is > 0 and var next ? (_metrics[Text(s, at, next)], next) : null;

    public (SemanticMemberView Member, string Value, int Next)? Value(Sentence s, int at) =>
        Longest(s, at, _values.ContainsKey) is > 0 and var next && _values[Text(s, at, next)] is var (member, value) ? (member, value, next) : null;

    private static int Longest(Sentence s, int at, Func<string, bool> isKnown)
    {
        if (at < s.Count)
        {
            foreach (var (phrase, next) in s.PhrasesAt(at))
            {
                if (isKnown(phrase))
                {
                    return next;
                }
            }
        }

        return -1;
    }

    private static string Text(Sentence s, int at, int next) => string.Join(' ', Enumerable.Range(at, next - at).Select(i => s[i].Word));

    private static void Add(HashSet<string> words, string name, IReadOnlyList<string> synonyms, List<string>? added)
    {
        foreach (var word in synonyms.Concat(added ?? []).Append(name.Replace('_', ' ')))
        {
            var text = word.ToLowerInvariant();
            words.Add(text);
            words.Add(text.EndsWith('s') ? text[..^1] : text.EndsWith('y') ? text[..^1] + "ies" : text + "s");
            words.Add(text.Replace(' ', '-'));
        }
    }
}
