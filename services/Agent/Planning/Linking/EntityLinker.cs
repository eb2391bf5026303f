using Platform.Agent.Tools;
using Platform.ServiceDefaults;

namespace Platform.Agent.Planning;

/// <summary>
/// Finds what a message names in the live data: by id, by name, by alias. The message's words go out as bound values
/// only; what comes back are ids and names.
/// </summary>
internal sealed class EntityLinker(GraphQueries graph, KnownNames known, CallContext call)
{
    /// <summary>One turn sees the names of one moment.</summary>
    private NameTable? _names;

    public async Task<IReadOnlyList<Mention>> LinkAsync(IReadOnlyList<Token> tokens, CancellationToken ct)
    {
        var spans = NameSpans.Find(tokens);
        var keys = new HashSet<string>(spans.Count);
        foreach (var span in spans)
        {
            keys.Add(span.Key);
        }

        var numbers = new HashSet<string>();
        var ids = new HashSet<string>();
        foreach (var token in tokens)
        {
            if (ExternalIds.Read(token.Text) is { } number)
            {
                numbers.Add(number);
            }
            else if (ExternalIds.IsStixId(token.Text))
            {
                ids.Add(token.Text);
            }
        }

        if (keys.Count + numbers.Count + ids.Count == 0)
        {
            return [];
        }

        var names = await NamesAsync(ct);
        return Link(tokens, spans, names.IsWhole ? names.Find(keys, numbers, ids) : await graph.FindNamedAsync(keys, numbers, ids, ct));
    }

    /// <summary>
    /// Names that words which mean nothing may be slips of: one to three words with at least one such word among them,
    /// and only where they are close to one object.
    /// </summary>
    public async Task<IReadOnlyList<(Mention Mention, Correction Correction)>> LinkSlipsAsync(IReadOnlyList<Token> tokens, IReadOnlyList<string> unknown, CancellationToken ct)
    {
        const int MaxWords = 3;
        // A live object comes before one that its source took back.
        const int RetiredSlips = 3;
        var found = new List<(Mention, Correction)>();
        if (unknown.Count == 0)
        {
            return found;
        }

        var names = (await NamesAsync(ct)).Names;
        for (var start = 0; start < tokens.Count; start++)
        {
            for (var length = 1; length <= MaxWords && start + length <= tokens.Count; length++)
            {
                var words = tokens.Skip(start).Take(length).ToList();
                if (words.Skip(1).Any(t => t.CommaBefore) || !words.Exists(t => unknown.Contains(t.Text)) || words.Exists(t => t.Quoted && length == 1 && t.Text.Length < 5))
                {
                    continue;
                }

                var written = string.Join(' ', words.Select(t => t.Text));
                var close = new List<(EntityRef Entity, string Name, int Slips)>();
                var bare = Corrections.Bare(written);
                foreach (var name in names)
                {
                    if (Corrections.Slips(written, bare, name.Name, name.Bare) is { } slips)
                    {
                        close.Add((name.Entity, name.Name, slips + (name.Entity.Retired ? RetiredSlips : 0)));
                    }
                }

                var least = close.Count == 0 ? 0 : close.Min(c => c.Slips);
                if (close.FindAll(c => c.Slips == least).DistinctBy(c => c.Entity.Id).ToList() is [var only])
                {
                    found.Add((new Mention(start, length, [new Candidate(only.Entity, MatchKind.Alias)]), new Correction(written, only.Name)));
                }
            }
        }

        return found;
    }

    /// <summary>Puts what was found where it stands in the message.</summary>
    public static IReadOnlyList<Mention> Link(IReadOnlyList<Token> tokens, IReadOnlyList<NameSpan> spans, IReadOnlyList<NamedObject> found)
    {
        var byKey = new Dictionary<string, List<Candidate>>();
        var byPlace = new Dictionary<(int, int), List<Candidate>>();
        foreach (var named in found)
        {
            var name = named.Entity.Name.ToLowerInvariant();
            AddCandidate(byKey, name, new Candidate(named.Entity, MatchKind.Name));
            foreach (var alias in named.Aliases)
            {
                if (alias.ToLowerInvariant() is var key && key != name)
                {
                    AddCandidate(byKey, key, new Candidate(named.Entity, MatchKind.Alias));
                }
            }

            for (var i = 0; i < tokens.Count; i++)
            {
                if (tokens[i].Text == named.Entity.Id || (named.Entity.ExternalId is { } id && ExternalIds.Read(tokens[i].Text) == id))
                {
                    AddCandidate(byPlace, (i, 1), new Candidate(named.Entity, MatchKind.Id));
                }
            }
        }

        foreach (var span in spans)
        {
            foreach (var candidate in byKey.GetValueOrDefault(span.Key) ?? [])
            {
                AddCandidate(byPlace, (span.Start, span.Length), candidate);
            }
        }

        var mentions = new List<Mention>(byPlace.Count);
        foreach (var ((start, length), candidates) in byPlace)
        {
            candidates.Sort(static (a, b) => b.Match.CompareTo(a.Match));
            mentions.Add(new Mention(start, length, candidates));
        }

        return mentions;
    }

    private async Task<NameTable> NamesAsync(CancellationToken ct) => _names ??= await known.ReadAsync(graph, call, ct);

    private static void AddCandidate<TKey>(Dictionary<TKey, List<Candidate>> all, TKey key, Candidate candidate)
        where TKey : notnull
    {
        if (!all.TryGetValue(key, out var list))
        {
            all[key] = list = [];
        }

        if (!list.Exists(c => c.Entity.Id == candidate.Entity.Id))
        {
            list.Add(candidate);
        }
    }
}

/// <summary>An object of the data with every name it goes by.</summary>
internal sealed record NamedObject(EntityRef Entity, IReadOnlyList<string> Aliases);
