namespace Platform.IntegrationTests.Agent.Questions;

/// <summary>Sets that are narrowed, ranked and combined.</summary>
internal sealed partial class AnswerableQuestions
{
    private IEnumerable<Asked> Filtered()
    {
        foreach (var (question, platform) in new[]
        {
            ("How many techniques are there for Linux?", "Linux"), ("How many techniques apply to macOS?", "macOS"), ("How many techniques target Windows?", "Windows"), ("How many ESXi techniques are there?", "ESXi"), ("Number of techniques for containers", "Containers"),
            ("How many techniques affect the SaaS platform?", "SaaS"), ("how many techniques on network devices", "Network Devices"), ("How many techniques can be used against IaaS environments?", "IaaS"),
        })
        {
            yield return Asked.Number(question, attack.Live(Technique).Count(t => t.Platforms.Contains(platform)));
        }

        foreach (var (question, platform) in new[]
        {
            ("How many malware run on Linux?", "Linux"), ("How many malware families target macOS?", "macOS"), ("How much malware is there for Windows?", "Windows"), ("Number of malware that runs on Android", "Android"), ("How many Linux malware families are there?", "Linux"),
        })
        {
            yield return Asked.Number(question, attack.Live("malware").Count(t => t.Platforms.Contains(platform)));
        }

        foreach (var (question, tactic) in new[]
        {
            ("How many techniques are there for persistence?", "persistence"), ("How many techniques belong to the defense evasion tactic?", "defense-evasion"), ("How many techniques fall under credential access?", "credential-access"), ("How many lateral movement techniques are there?", "lateral-movement"),
            ("Count techniques in TA0001", "initial-access"), ("How many techniques are in the exfiltration tactic?", "exfiltration"), ("number of C2 techniques", "command-and-control"), ("How many techniques are part of the Discovery tactic?", "discovery"), ("How many techniques does the impact tactic contain?", "impact"),
            ("How many privilege escalation techniques exist in ATT&CK?", "privilege-escalation"), ("How many techniques serve reconnaissance?", "reconnaissance"),
        })
        {
            yield return Asked.Number(question, attack.Live(Technique).Count(t => t.Tactics.Contains(tactic)));
        }

        yield return Asked.Number("How many persistence techniques are there for Linux?", attack.Live(Technique).Count(t => t.Tactics.Contains("persistence") && t.Platforms.Contains("Linux")));
        yield return Asked.Names("Which techniques for initial access work on macOS?", attack.Live(Technique).Where(t => t.Tactics.Contains("initial-access") && t.Platforms.Contains("macOS")));
        yield return Asked.Names("List the lateral movement techniques on Linux", attack.Live(Technique).Where(t => t.Tactics.Contains("lateral-movement") && t.Platforms.Contains("Linux")));
        yield return Asked.Number("How many techniques run on both Windows and Linux?", attack.Live(Technique).Count(t => t.Platforms.Contains("Windows") && t.Platforms.Contains("Linux")));
        yield return Asked.Number("How many techniques are for Linux or macOS?", attack.Live(Technique).Count(t => t.Platforms.Contains("Linux") || t.Platforms.Contains("macOS")));
        yield return Asked.Number("How many malware only run on Linux?", attack.Live("malware").Count(t => t.Platforms is ["Linux"]));
        yield return Asked.Number("How many malware do not run on Windows?", attack.Live("malware").Count(t => !t.Platforms.Contains("Windows")));
        yield return Asked.Number("How many techniques are exclusive to Windows?", attack.Live(Technique).Count(t => t.Platforms is ["Windows"]));
        yield return Asked.Names("Which tools run on macOS?", attack.Live("tool").Where(t => t.Platforms.Contains("macOS")));
        foreach (var (question, name, platform) in new[]
        {
            ("How many techniques does APT28 use on Linux?", "APT28", "Linux"), ("Which Windows techniques does FIN7 use?", "FIN7", "Windows"), ("How many macOS techniques are used by Lazarus Group?", "Lazarus Group", "macOS"), ("How many techniques of TeamTNT target containers?", "TeamTNT", "Containers"),
        })
        {
            var techniques = attack.To(attack.Named(name), "uses", Technique).Where(t => t.Platforms.Contains(platform)).ToList();
            yield return question.StartsWith("Which", StringComparison.Ordinal) ? Asked.Names(question, techniques) : Asked.Number(question, techniques.Count);
        }

        foreach (var (question, name, tactic) in new[]
        {
            ("How many persistence techniques does APT29 use?", "APT29", "persistence"), ("Which credential access techniques does APT28 use?", "APT28", "credential-access"), ("What discovery techniques has Turla used?", "Turla", "discovery"), ("How many techniques does Kimsuky use for defense evasion?", "Kimsuky", "defense-evasion"),
            ("Which initial access techniques are used by FIN7?", "FIN7", "initial-access"), ("For persistence, which techniques does Emotet use?", "Emotet", "persistence"), ("what does Sandworm Team use for lateral movement?", "Sandworm Team", "lateral-movement"),
        })
        {
            var techniques = attack.To(attack.Named(name), "uses", Technique).Where(t => t.Tactics.Contains(tactic)).ToList();
            yield return question.StartsWith("How", StringComparison.Ordinal) ? Asked.Number(question, techniques.Count) : Asked.Names(question, techniques);
        }

        yield return Asked.Names("Which groups have Panda in their name?", attack.Live(Group).Where(g => g.Name.Contains("Panda", StringComparison.OrdinalIgnoreCase)));
        yield return Asked.Number("How many groups have a name starting with APT?", attack.Live(Group).Count(g => g.Name.StartsWith("APT", StringComparison.OrdinalIgnoreCase)));
        yield return Asked.Number("How many techniques mention \"PowerShell\" in their description?", attack.Live(Technique).Count(t => t.Text("description")!.Contains("PowerShell", StringComparison.OrdinalIgnoreCase)));
    }

    private IEnumerable<Asked> Tops()
    {
        Asked Top(string question, string type, int limit, Func<Fact, int> by)
        {
            var ranked = attack.Live(type == "software" ? Software : [type]).Select(f => (f.Name, Total: by(f))).Where(r => r.Total > 0).OrderByDescending(r => r.Total).ToList();
            var last = ranked[limit - 1].Total;
            return limit == 1
                ? Asked.First(question, ranked.Where(r => r.Total == last).Select(r => r.Name), last)
                : Asked.Ranks(question, ranked.Where(r => r.Total >= last).Select(r => r.Total));
        }

        int Used(Fact f) => attack.From(f, "uses", Group).Count;
        int Uses(Fact f) => attack.To(f, "uses", Technique).Count;
        foreach (var (question, limit) in new[]
        {
            ("Which group uses the most techniques?", 1), ("Top 5 groups by number of techniques", 5), ("Who uses the most techniques?", 1), ("Which threat actor has the most techniques?", 1), ("Rank the top 10 groups by the number of techniques they use", 10), ("top-3 groups by techniques", 3), ("What group uses the largest number of techniques?", 1),
            ("Show me the 3 groups with the most techniques", 3), ("group with the highest number of techniques", 1), ("Which three groups use the most techniques?", 3),
        })
        {
            yield return Top(question, Group, limit, Uses);
        }

        foreach (var (question, limit) in new[]
        {
            ("What is the most used technique?", 1), ("Which technique is used by the most groups?", 1), ("Top 10 techniques by number of groups", 10), ("What are the 5 most common techniques among groups?", 5), ("Which techniques are most commonly used by groups?", 5), ("Which technique is used most often?", 1),
            ("most popular technique across all groups", 1), ("Which technique is the most widely used by threat actors?", 1), ("What are the top 5 most used techniques?", 5), ("which technique do the most groups use", 1),
        })
        {
            yield return Top(question, Technique, limit, Used);
        }

        yield return Top("Which malware is used by the most groups?", "malware", 1, Used);
        yield return Top("Top 5 malware by number of groups that use them", "malware", 5, Used);
        yield return Top("What is the most popular tool among threat groups?", "tool", 1, Used);
        yield return Top("What are the top 3 tools used by groups?", "tool", 3, Used);
        yield return Top("Which software is used by the most groups?", "software", 1, Used);
        yield return Top("Which malware uses the most techniques?", "malware", 1, Uses);
        yield return Top("Top 5 malware by number of techniques", "malware", 5, Uses);
        yield return Top("Which mitigation covers the most techniques?", Mitigation, 1, f => attack.To(f, "mitigates", Technique).Count);
        yield return Top("What are the top 5 mitigations by number of techniques mitigated?", Mitigation, 5, f => attack.To(f, "mitigates", Technique).Count);
        yield return Top("Which technique has the most sub-techniques?", Technique, 1, f => attack.From(f, "subtechnique-of", Technique).Count);
        yield return Top("Which group has the most campaigns?", Group, 1, f => attack.From(f, "attributed-to", Campaign).Count);
        yield return Top("Which campaign uses the most techniques?", Campaign, 1, Uses);
        yield return Top("Which group uses the most malware?", Group, 1, f => attack.To(f, "uses", "malware").Count);
        yield return Top("Which technique has the most mitigations?", Technique, 1, f => attack.From(f, "mitigates", Mitigation).Count);
        yield return Top("Which persistence technique is used by the most groups?", Technique, 1, f => f.Tactics.Contains("persistence") ? Used(f) : 0);
        yield return Top("Top 5 Linux techniques by number of groups", Technique, 5, f => f.Platforms.Contains("Linux") ? Used(f) : 0);
        yield return Top("Which software uses the most techniques?", "software", 1, Uses);
    }

    private IEnumerable<Asked> Times()
    {
        foreach (var (question, type, from, until) in new[]
        {
            ("How many groups were added in 2023?", Group, "2023", "2024"), ("How many techniques were created in 2020?", Technique, "2020", "2021"), ("How many malware were added since 2024?", "malware", "2024", "9"), ("How many campaigns were created before 2023?", Campaign, "", "2023"),
            ("In 2022, how many groups were added?", Group, "2022", "2023"), ("How many tools were introduced between 2018 and 2020?", "tool", "2018", "2021"), ("Number of malware created in March 2021", "malware", "2021-03", "2021-04"), ("How many techniques did MITRE add in 2025?", Technique, "2025", "2026"),
            ("How many techniques were added after 2023?", Technique, "2024", "9"), ("How many groups were created on or after 2024-04-01?", Group, "2024-04-01", "9"), ("how many software entries were created during the year 2019", "software", "2019", "2020"),
        })
        {
            yield return Asked.Number(question, attack.Live(type == "software" ? Software : [type]).Count(o => string.CompareOrdinal(o.Created, from) >= 0 && string.CompareOrdinal(o.Created, until) < 0));
        }

        foreach (var (question, type, from, until) in new[]
        {
            ("How many techniques were modified in 2025?", Technique, "2025", "2026"), ("How many groups have been updated since 2025?", Group, "2025", "9"), ("How many mitigations were last modified before 2024?", Mitigation, "", "2024"), ("How many malware were last updated in April 2025?", "malware", "2025-04", "2025-05"),
            ("How many groups were modified since October 2025?", Group, "2025-10", "9"),
        })
        {
            yield return Asked.Number(question, attack.Live(type).Count(o => string.CompareOrdinal(o.Modified, from) >= 0 && string.CompareOrdinal(o.Modified, until) < 0));
        }

        foreach (var (question, type, year) in new[] { ("Which groups were added in 2024?", Group, "2024"), ("List the tools created in 2021", "tool", "2021"), ("What mitigations were added in 2023?", Mitigation, "2023"), ("Which groups are new in 2025?", Group, "2025") })
        {
            yield return Asked.Names(question, attack.Live(type).Where(o => o.Created.StartsWith(year, StringComparison.Ordinal)));
        }

        yield return Asked.Number("How many campaigns started in 2022?", attack.Live(Campaign).Count(c => c.Text("first_seen")!.StartsWith("2022", StringComparison.Ordinal)));
        yield return Asked.Number("How many campaigns ended before 2020?", attack.Live(Campaign).Count(c => string.CompareOrdinal(c.Text("last_seen"), "2020") < 0));
        yield return Asked.Names("Which campaigns were active in 2022?", attack.Live(Campaign).Where(c => string.CompareOrdinal(c.Text("first_seen"), "2023") < 0 && string.CompareOrdinal(c.Text("last_seen"), "2022") >= 0));
        yield return Asked.Names("Which campaigns began between 2015 and 2017?", attack.Live(Campaign).Where(c => string.CompareOrdinal(c.Text("first_seen"), "2015") >= 0 && string.CompareOrdinal(c.Text("first_seen"), "2018") < 0));

        Asked Latest(string question, string type, Func<Fact, string> by, bool newest)
        {
            var all = attack.Live(type).OrderBy(by, StringComparer.Ordinal).ToList();
            var edge = by(newest ? all[^1] : all[0]);
            return Asked.Names(question, all.Where(f => by(f) == edge));
        }

        yield return Latest("What is the newest group?", Group, f => f.Created, true);
        yield return Latest("Which group was added most recently?", Group, f => f.Created, true);
        yield return Latest("What is the oldest technique?", Technique, f => f.Created, false);
        yield return Latest("What's the most recently created tool?", "tool", f => f.Created, true);
        yield return Latest("Which malware was last modified?", "malware", f => f.Modified, true);
        yield return Latest("What is the most recently updated campaign?", Campaign, f => f.Modified, true);
        yield return Latest("What was the earliest campaign?", Campaign, f => f.Text("first_seen")!, false);
        yield return Latest("Which mitigation was updated most recently?", Mitigation, f => f.Modified, true);
        yield return Latest("Which campaign started most recently?", Campaign, f => f.Text("first_seen")!, true);
    }

    private IEnumerable<Asked> Sets()
    {
        HashSet<Fact> T(string name) => attack.To(attack.Named(name), "uses", Technique);
        foreach (var (question, a, b) in new[]
        {
            ("How many techniques do @ and # share?", "APT28", "APT29"), ("How many techniques are used by both @ and #?", "FIN7", "Turla"), ("Which techniques do @ and # have in common?", "APT41", "Leviathan"), ("What techniques are shared by @ and #?", "Kimsuky", "Andariel"),
            ("How many techniques do both @ and # use?", "OilRig", "MuddyWater"), ("Number of techniques common to @ and #", "APT28", "Turla"), ("List techniques used by both @ and #", "Emotet", "TrickBot"),
        })
        {
            var both = T(a).Intersect(T(b)).ToList();
            var filled = question.Replace("@", a, StringComparison.Ordinal).Replace("#", b, StringComparison.Ordinal);
            yield return question.StartsWith("How", StringComparison.Ordinal) || question.StartsWith("Number", StringComparison.Ordinal) ? Asked.Number(filled, both.Count) : Asked.Names(filled, both);
        }

        foreach (var (question, a, b) in new[]
        {
            ("How many techniques are used by @ but not by #?", "APT28", "APT29"), ("Which techniques does @ use that # does not use?", "FIN7", "FIN6"), ("Which techniques does @ use but # doesn't?", "Turla", "APT28"), ("techniques used by @ and not used by #", "OilRig", "APT33"), ("How many techniques does @ use that # doesn't?", "APT29", "APT28"),
        })
        {
            var only = T(a).Except(T(b)).ToList();
            var filled = question.Replace("@", a, StringComparison.Ordinal).Replace("#", b, StringComparison.Ordinal);
            yield return question.StartsWith("How", StringComparison.Ordinal) ? Asked.Number(filled, only.Count) : Asked.Names(filled, only);
        }

        var mimikatz = attack.Named("Mimikatz");
        yield return Asked.Number("How many techniques are used by APT28 or APT29?", T("APT28").Union(T("APT29")).Count());
        yield return Asked.Number("How many groups do not use Mimikatz?", attack.Live(Group).Length - attack.From(mimikatz, "uses", Group).Count);
        yield return Asked.Names("Which groups use both Mimikatz and PsExec?", attack.From(mimikatz, "uses", Group).Intersect(attack.From(attack.Named("PsExec"), "uses", Group)));
        yield return Asked.Names("Which groups use Mimikatz but not PsExec?", attack.From(mimikatz, "uses", Group).Except(attack.From(attack.Named("PsExec"), "uses", Group)));
        yield return Asked.Names("Which groups use both T1566.001 and T1059.001?", attack.From(attack.Named("T1566.001"), "uses", Group).Intersect(attack.From(attack.Named("T1059.001"), "uses", Group)));
        yield return Asked.Number("How many techniques are not used by any group?", attack.Live(Technique).Count(t => attack.From(t, "uses", Group).Count == 0));
        yield return Asked.Number("How many techniques have no mitigations?", attack.Live(Technique).Count(t => attack.From(t, "mitigates", Mitigation).Count == 0));
        yield return Asked.Number("How many techniques without sub-techniques are there?", attack.Live(Technique).Count(t => attack.From(t, "subtechnique-of", Technique).Count == 0));
        yield return Asked.Names("Which groups use no software?", attack.Live(Group).Where(g => attack.To(g, "uses", Software).Count == 0));
        yield return Asked.Names("Which campaigns are not attributed to any group?", attack.Live(Campaign).Where(c => attack.To(c, "attributed-to", Group).Count == 0));
        yield return Asked.Number("How many groups use more than 50 techniques?", attack.Live(Group).Count(g => attack.To(g, "uses", Technique).Count > 50));
        yield return Asked.Names("Which techniques are used by at least 60 groups?", attack.Live(Technique).Where(t => attack.From(t, "uses", Group).Count >= 60));
        yield return Asked.Number("How many groups use fewer than 5 techniques?", attack.Live(Group).Count(g => attack.To(g, "uses", Technique).Count < 5));
        yield return Asked.Number("How many techniques are used by exactly one group?", attack.Live(Technique).Count(t => attack.From(t, "uses", Group).Count == 1));
        yield return Asked.Names("Which techniques have more than 10 sub-techniques?", attack.Live(Technique).Where(t => attack.From(t, "subtechnique-of", Technique).Count > 10));
        yield return Asked.Names("Which groups have more than two campaigns?", attack.Live(Group).Where(g => attack.From(g, "attributed-to", Campaign).Count > 2));
        yield return Asked.Names("Which tools are used by 10 or more groups?", attack.Live("tool").Where(t => attack.From(t, "uses", Group).Count >= 10));
        yield return Asked.Number("How many techniques are used by groups that use Mimikatz?", attack.From(mimikatz, "uses", Group).SelectMany(g => attack.To(g, "uses", Technique)).Distinct().Count());
        yield return Asked.Number("How many malware are used by groups that use T1190?", attack.From(attack.Named("T1190"), "uses", Group).SelectMany(g => attack.To(g, "uses", "malware")).Distinct().Count());
        yield return Asked.Number("How many techniques does malware used by APT28 use?", attack.To(attack.Named("APT28"), "uses", "malware").SelectMany(m => attack.To(m, "uses", Technique)).Distinct().Count());
        yield return Asked.Names("Which mitigations address techniques used by APT28?", T("APT28").SelectMany(t => attack.From(t, "mitigates", Mitigation)).Distinct());
        yield return Asked.Names("Which groups use techniques mitigated by Code Signing?", attack.To(attack.Named("M1045"), "mitigates", Technique).SelectMany(t => attack.From(t, "uses", Group)).Distinct());
        yield return Asked.Number("How many groups use techniques that are sub-techniques of T1059?", attack.From(attack.Named("T1059"), "subtechnique-of", Technique).SelectMany(t => attack.From(t, "uses", Group)).Distinct().Count());
        yield return Asked.Names("What malware is used by groups behind the SolarWinds Compromise?", attack.To(attack.Named("SolarWinds Compromise"), "attributed-to", Group).SelectMany(g => attack.To(g, "uses", "malware")).Distinct());
        yield return Asked.Number("How many techniques of APT28 have no mitigations?", T("APT28").Count(t => attack.From(t, "mitigates", Mitigation).Count == 0));
        yield return Asked.Names("Which groups other than APT28 use Mimikatz?", attack.From(mimikatz, "uses", Group).Where(g => g.Name != "APT28"));
        yield return Asked.Names("Who else uses Mimikatz besides APT29?", attack.From(mimikatz, "uses", Group).Where(g => g.Name != "APT29"));
    }
}
