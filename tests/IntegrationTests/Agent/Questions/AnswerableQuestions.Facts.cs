namespace Platform.IntegrationTests.Agent.Questions;

/// <summary>Figures side by side, facts of one object and of two, slips, and questions that go on.</summary>
internal sealed partial class AnswerableQuestions
{
    private IEnumerable<Asked> Splits()
    {
        Asked By(string question, IEnumerable<Fact> set, Func<Fact, IEnumerable<string>> keys, bool byKey = false)
        {
            var totals = set.SelectMany(keys).GroupBy(k => k).Select(g => (g.Key, Total: g.Count()));
            return Asked.Ranks(question, (byKey ? totals.OrderBy(t => t.Key, StringComparer.Ordinal) : totals.OrderByDescending(t => t.Total)).Select(t => t.Total));
        }

        var techniques = attack.Live(Technique);
        yield return By("How many techniques are there per tactic?", techniques, t => t.Tactics);
        yield return By("techniques by tactic", techniques, t => t.Tactics);
        yield return By("Show the number of techniques for each tactic", techniques, t => t.Tactics);
        yield return By("Break down techniques by platform", techniques, t => t.Platforms);
        yield return By("What is the distribution of malware across platforms?", attack.Live("malware"), t => t.Platforms);
        yield return By("How many groups were added each year?", attack.Live(Group), t => [t.Created[..4]], byKey: true);
        yield return By("Trend of new malware per year", attack.Live("malware"), t => [t.Created[..4]], byKey: true);
        yield return By("How many campaigns started per year?", attack.Live(Campaign), t => [t.Text("first_seen")![..4]], byKey: true);
        yield return By("number of techniques created per year since 2020", techniques.Where(t => string.CompareOrdinal(t.Created, "2020") >= 0), t => [t.Created[..4]], byKey: true);
        yield return By("Which tactics does APT28 use?", attack.To(attack.Named("APT28"), "uses", Technique), t => t.Tactics);
        yield return By("Which tactics are covered by Emotet?", attack.To(attack.Named("Emotet"), "uses", Technique), t => t.Tactics);
        yield return By("Break down the techniques used by FIN7 by tactic", attack.To(attack.Named("FIN7"), "uses", Technique), t => t.Tactics);
        Asked Most(string question, IEnumerable<Fact> set, Func<Fact, IEnumerable<string>> keys, bool fewest = false)
        {
            var totals = set.SelectMany(keys).GroupBy(k => k).Select(g => g.Count()).Order().ToList();
            var best = fewest ? totals[0] : totals[^1];
            return Asked.Ranks(question, totals.Where(t => t == best));
        }

        yield return Most("Which tactic has the most techniques?", techniques, t => t.Tactics);
        yield return Most("Which tactic has the fewest techniques?", techniques, t => t.Tactics, fewest: true);
        yield return Most("Which platform has the most malware?", attack.Live("malware"), t => t.Platforms);
        yield return Most("In which year were the most groups added?", attack.Live(Group), t => [t.Created[..4]]);
    }

    private IEnumerable<Asked> FactsOfOne()
    {
        foreach (var (question, fact) in Fill(
            ["T1059", "APT28", "Mimikatz", "Fancy Bear=APT28", "S0154", "Kerberoasting", "G0007", "SolarWinds Compromise", "T1566.001", "User Training", "Emotet", "M1032"],
            "What is @?", "Describe @", "Tell me about @", "Who is @?", "explain @", "Give me information on @", "What do you know about @?", "What's @?", "can you describe @ please", "Summarize @", "Give me an overview of @", "@"))
        {
            var line = fact.Text("description")!.Split(["(Citation", "[", "\n", "`"], StringSplitOptions.None)[0].Trim();
            yield return Asked.Text(question, fact.Name, fact.Number!, line[..Math.Min(line.Length, 40)].Trim());
        }

        foreach (var (question, fact) in Fill(["APT28", "APT29", "Turla", "G0032", "Wizard Spider"], "What are the aliases of @?", "What other names does @ have?", "aliases of @", "What else is @ called?", "@ is also known as what?", "Which aliases does @ go by?", "list @'s aliases"))
        {
            yield return Asked.Text(question, fact.OtherNames);
        }

        foreach (var (question, fact) in Fill(["APT28", "Lazarus Group", "Sandworm Team"], "How many aliases does @ have?", "How many other names does @ have?", "number of aliases of @"))
        {
            yield return Asked.Number(question, fact.OtherNames.Length);
        }

        foreach (var (question, fact) in Fill(["T1566", "T1059", "T1547.001", "T1078"], "Which tactic does @ belong to?", "What tactics is @ part of?", "Under which tactics does @ fall?", "tactics of @", "Which tactic is @ used for?", "what are the tactics associated with @"))
        {
            yield return Asked.Text(question, [.. fact.Tactics.Select(t => t.Replace('-', ' '))]);
        }

        foreach (var (question, fact) in Fill(["T1059.001", "Mimikatz", "Emotet", "T1078"], "Which platforms does @ run on?", "What platforms does @ support?", "platforms of @", "On which operating systems does @ work?", "Which platforms are affected by @?", "what OS does @ target"))
        {
            yield return Asked.Text(question, fact.Platforms);
        }

        foreach (var (question, fact) in Fill(["APT28", "T1059", "Mimikatz"], "When was @ created?", "When was @ added to ATT&CK?", "What is the creation date of @?"))
        {
            yield return Asked.Text(question, fact.Created[..10]);
        }

        foreach (var (question, fact) in Fill(["APT29", "T1566", "Emotet"], "When was @ last modified?", "When was @ last updated?", "What's the last modified date of @?"))
        {
            yield return Asked.Text(question, fact.Modified[..10]);
        }

        foreach (var (question, fact) in Fill(["SolarWinds Compromise", "C0028"], "When was @ first seen?", "When did @ start?"))
        {
            yield return Asked.Text(question, fact.Text("first_seen")![..10]);
        }

        foreach (var (question, fact) in Fill(["SolarWinds Compromise", "C0028"], "When was @ last seen?", "When did @ end?"))
        {
            yield return Asked.Text(question, fact.Text("last_seen")![..10]);
        }

        foreach (var (question, fact) in Fill(["Mimikatz", "APT28", "Kerberoasting"], "What is the ATT&CK id of @?", "What is the MITRE ID for @?", "id of @"))
        {
            yield return Asked.Text(question, fact.Number!);
        }

        yield return Asked.Text("What type of object is Mimikatz?", "tool");
    }

    private IEnumerable<Asked> Verdicts()
    {
        foreach (var (template, a, b) in new[]
        {
            ("Does @ use #?", "APT28", "Mimikatz"), ("Is # used by @?", "FIN7", "Cobalt Strike"), ("Has @ ever used #?", "Turla", "Emotet"), ("Did @ use #?", "APT29", "T1566.002"), ("Is @ known to use #?", "Kimsuky", "T1190"), ("Does @ leverage #?", "Lazarus Group", "TrickBot"), ("does @ use technique #", "OilRig", "T1059.001"),
            ("Has # been used by @?", "Wizard Spider", "Emotet"),
        })
        {
            var fact = attack.Named(b);
            yield return Asked.Yes(template.Replace("@", a, StringComparison.Ordinal).Replace("#", b, StringComparison.Ordinal), attack.To(attack.Named(a), "uses", fact.Type).Contains(fact));
        }

        yield return Asked.Yes("Is Mimikatz a tool?", true);
        yield return Asked.Yes("Is Mimikatz malware?", false);
        yield return Asked.Yes("Is APT28 a group?", true);
        yield return Asked.Yes("Is T1059.001 a sub-technique?", true);
        yield return Asked.Yes("Is T1059 a sub-technique?", false);
        yield return Asked.Yes("Is T1566 an initial access technique?", true);
        yield return Asked.Yes("Is T1486 a persistence technique?", false);
        yield return Asked.Yes("Does Emotet run on Windows?", true);
        yield return Asked.Yes("Does Emotet run on Linux?", attack.Named("Emotet").Platforms.Contains("Linux"));
        yield return Asked.Yes("Does T1059 have sub-techniques?", true);
        yield return Asked.Yes("Does T1190 have any mitigations?", true);
        yield return Asked.Yes("Is the SolarWinds Compromise attributed to APT29?", true);
        yield return Asked.Yes("Is Fancy Bear an alias of APT28?", true);
        yield return Asked.Yes("Does User Training mitigate T1566?", true);
    }

    private IEnumerable<Asked> Pairs()
    {
        foreach (var (template, a, b) in new[]
        {
            ("How many hops are there between @ and #?", "APT28", "APT29"), ("What is the shortest path from @ to #?", "FIN7", "T1486"), ("How far apart are @ and #?", "Turla", "Emotet"), ("How are @ and # connected?", "Kimsuky", "Mimikatz"), ("path between @ and #", "T1059.001", "User Training"),
            ("How is @ related to #?", "APT29", "SolarWinds Compromise"), ("distance between @ and #", "APT28", "X-Agent=CHOPSTICK"),
        })
        {
            var (one, other) = (attack.Named(a), attack.Named(b.Split('=')[^1]));
            yield return Asked.Number(template.Replace("@", a, StringComparison.Ordinal).Replace("#", b.Split('=')[^1], StringComparison.Ordinal), attack.Apart(one, other));
        }

        foreach (var (template, a, b) in new[]
        {
            ("Compare @ and #", "APT28", "APT29"), ("What is the difference between @ and #?", "FIN6", "FIN7"), ("@ vs #", "Emotet", "TrickBot"), ("Which uses more techniques, @ or #?", "Turla", "APT41"), ("Does @ use more techniques than #?", "APT28", "APT29"), ("How many more techniques does @ use than #?", "Kimsuky", "APT37"),
            ("What do @ and # have in common?", "OilRig", "APT33"),
        })
        {
            var (one, other) = (attack.To(attack.Named(a), "uses", Technique), attack.To(attack.Named(b), "uses", Technique));
            yield return Asked.Text(template.Replace("@", a, StringComparison.Ordinal).Replace("#", b, StringComparison.Ordinal), $" has {one.Count} ", $" has {other.Count} ", $"share {one.Intersect(other).Count()} ", $"difference is {Math.Abs(one.Count - other.Count)}.");
        }
    }

    private IEnumerable<Asked> Slips()
    {
        foreach (var (question, name) in new[]
        {
            ("How many techiques does APT28 use?", "APT28"), ("How many techniques does Lazrus Group use?", "Lazarus Group"), ("how mnay techniques does Turla use", "Turla"), ("How many techniques does Cosy Bear use?", "APT29"), ("How many techniqes are used by Kimsuki?", "Kimsuky"), ("how many techniques does APT 28 use", "APT28"),
            ("How many techniques does fancybear use?", "APT28"), ("How many techniques does SANDWORM TEAM use", "Sandworm Team"), ("how many tecniques does menupass use", "menuPass"),
        })
        {
            yield return Asked.Number(question, attack.To(attack.Named(name), "uses", Technique).Count);
        }

        yield return Asked.Number("How many grups use Mimikats?", attack.From(attack.Named("Mimikatz"), "uses", Group).Count);
        yield return Asked.Names("Which mitigatons address T1190?", attack.From(attack.Named("T1190"), "mitigates", Mitigation));
    }

    private IEnumerable<Asked[]> Conversations()
    {
        HashSet<Fact> T(string name) => attack.To(attack.Named(name), "uses", Technique);
        yield return
        [
            Asked.Number("How many techniques does APT28 use?", T("APT28").Count), Asked.Number("and APT29?", T("APT29").Count), Asked.Number("How many of them run on Linux?", T("APT29").Count(t => t.Platforms.Contains("Linux"))),
            Asked.Names("list them", T("APT29").Where(t => t.Platforms.Contains("Linux"))),
        ];
        yield return
        [
            Asked.Names("What software does FIN7 use?", attack.To(attack.Named("FIN7"), "uses", Software)), Asked.Names("only the malware", attack.To(attack.Named("FIN7"), "uses", "malware")), Asked.Number("how many are there?", attack.To(attack.Named("FIN7"), "uses", "malware").Count),
            Asked.Number("what about Turla?", attack.To(attack.Named("Turla"), "uses", "malware").Count), Asked.Number("and tools?", attack.To(attack.Named("Turla"), "uses", "tool").Count), Asked.Names("list them", attack.To(attack.Named("Turla"), "uses", "tool")),
        ];
        yield return
        [
            Asked.Text("What is Mimikatz?", "S0002"), Asked.Names("Who uses it?", attack.From(attack.Named("Mimikatz"), "uses", Group)), Asked.Number("How many techniques does it use?", T("Mimikatz").Count), Asked.Text("When was it created?", attack.Named("Mimikatz").Created[..10]),
        ];
        yield return
        [
            Asked.Number("How many groups were added in 2022?", attack.Live(Group).Count(g => g.Created.StartsWith("2022", StringComparison.Ordinal))), Asked.Number("what about 2023?", attack.Live(Group).Count(g => g.Created.StartsWith("2023", StringComparison.Ordinal))),
            Asked.Names("which ones?", attack.Live(Group).Where(g => g.Created.StartsWith("2023", StringComparison.Ordinal))),
        ];
        yield return
        [
            Asked.Number("How many techniques are there for persistence?", attack.Live(Technique).Count(t => t.Tactics.Contains("persistence"))), Asked.Number("and on macOS?", attack.Live(Technique).Count(t => t.Tactics.Contains("persistence") && t.Platforms.Contains("macOS"))),
            Asked.Number("and for discovery?", attack.Live(Technique).Count(t => t.Tactics.Contains("discovery") && t.Platforms.Contains("macOS"))),
        ];
        yield return [Asked.Yes("Does APT28 use Mimikatz?", true), Asked.Yes("and APT29?", true), Asked.Yes("and Turla?", true)];
        yield return [Asked.Text("What are the aliases of APT28?", "Sofacy"), Asked.Text("and of APT29?", "Cozy Bear"), Asked.Number("How many techniques does this group use?", T("APT29").Count)];
        yield return
        [
            Asked.Names("Which groups use T1190?", attack.From(attack.Named("T1190"), "uses", Group)), Asked.Names("which of those use Mimikatz?", attack.From(attack.Named("T1190"), "uses", Group).Intersect(attack.From(attack.Named("Mimikatz"), "uses", Group))),
        ];
    }
}
