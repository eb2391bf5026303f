using Platform.Agent.Tools;

namespace Platform.Agent.Planning;

/// <summary>
/// Finds what a message names in the live data: by id, by name, by alias. The message's words go out as bound values
/// only; what comes back are ids and names.
/// </summary>
internal sealed class EntityLinker(GraphQueries graph)
{
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

        return keys.Count + numbers.Count + ids.Count == 0 ? [] : Link(tokens, spans, await graph.FindNamedAsync(keys, numbers, ids, ct));
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
