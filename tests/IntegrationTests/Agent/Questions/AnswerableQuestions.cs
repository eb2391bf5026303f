namespace Platform.IntegrationTests.Agent.Questions;

/// <summary>Questions that the data answers, in many wordings; the answers are worked out from the bundle alone.</summary>
internal sealed class AnswerableQuestions(AttackFacts attack)
{
    private const string Technique = "attack-pattern";
    private const string Group = "intrusion-set";
    private const string Campaign = "campaign";
    private const string Mitigation = "course-of-action";
    private static readonly string[] Software = ["malware", "tool"];

    public IEnumerable<Asked[]> All() =>
        Single(Counts()).Concat(Single(Lists())).Concat(Single(Filtered())).Concat(Single(Tops())).Concat(Single(Times())).Concat(Single(Sets())).Concat(Single(Splits()))
            .Concat(Single(FactsOfOne())).Concat(Single(Verdicts())).Concat(Single(Pairs())).Concat(Single(Slips())).Concat(Single(Various())).Concat(Conversations());

    private static IEnumerable<Asked[]> Single(IEnumerable<Asked> asked) => asked.Select(a => new[] { a });

    /// <summary>Each template with the next entity, as many questions as the longer of the two lists; "as written=as named".</summary>
    private IEnumerable<(string Question, Fact Fact)> Fill(string[] entities, params string[] templates)
    {
        for (var i = 0; i < Math.Max(entities.Length, templates.Length); i++)
        {
            var spelled = entities[i % entities.Length].Split('=');
            yield return (templates[i % templates.Length].Replace("@", spelled[0], StringComparison.Ordinal), attack.Named(spelled[^1]));
        }
    }

    private IEnumerable<Asked> Counts()
    {
        foreach (var (question, group) in Fill(
            ["APT28", "Lazarus Group", "G0016", "FIN7", "Sandworm Team", "Turla", "Wizard Spider", "Kimsuky", "Fancy Bear=APT28", "Cozy Bear=APT29", "OilRig", "HIDDEN COBRA=Lazarus Group", "menuPass", "Scattered Spider", "Volt Typhoon"],
            "How many techniques does @ use?", "how many techniques has @ used", "Number of techniques used by @", "Count the techniques that @ employs", "What is the total number of techniques attributed to @?", "how many TTPs are associated with @?",
            "How many ATT&CK techniques are linked to @?", "Please tell me how many different techniques @ leverages", "I'd like to know how many techniques @ is known to use", "How many attack patterns does @ rely on?", "@: how many techniques?", "Hi, could you count all techniques used by @ please?",
            "In MITRE ATT&CK, how many techniques are mapped to @?", "how many techniques are documented for @", "What number of techniques does @ make use of?"))
        {
            yield return Asked.Number(question, attack.To(group, "uses", Technique).Count);
        }

        foreach (var (question, software) in Fill(
            ["Mimikatz", "Cobalt Strike", "PsExec", "S0154", "Emotet", "TrickBot", "PlugX", "Net"],
            "How many groups use @?", "How many threat actors are known to use @?", "How many intrusion sets have used @", "By how many groups is @ used?", "How many adversaries leverage @?", "how many APT groups employ @?", "Number of threat groups using @", "@ is used by how many groups?"))
        {
            yield return Asked.Number(question, attack.From(software, "uses", Group).Count);
        }

        foreach (var (question, technique) in Fill(
            ["T1059", "T1566", "Process Injection", "T1003", "Valid Accounts=T1078", "T1547"],
            "How many sub-techniques does @ have?", "how many subtechniques are there under @?", "Number of sub-techniques of @", "@ has how many sub-techniques?", "How many sub-techniques belong to @?", "Count the sub-techniques of @"))
        {
            yield return Asked.Number(question, attack.From(technique, "subtechnique-of", Technique).Count);
        }

        foreach (var (question, technique) in Fill(
            ["T1059.001", "T1566.001", "T1190", "T1486", "T1003.001"],
            "How many mitigations are there for @?", "How many mitigations address @?", "how many mitigations exist for @", "How many countermeasures does @ have?", "What is the number of mitigations that mitigate @?"))
        {
            yield return Asked.Number(question, attack.From(technique, "mitigates", Mitigation).Count);
        }

        foreach (var (question, type) in new[]
        {
            ("How many groups are there?", Group), ("how many techniques are in the graph", Technique), ("How many malware families do you know?", "malware"), ("Number of tools", "tool"), ("How many campaigns are there in ATT&CK?", Campaign), ("How many mitigations exist?", Mitigation),
            ("How many tactics are there in total?", "x-mitre-tactic"), ("How many data components does ATT&CK have?", "x-mitre-data-component"), ("how many detection strategies are there", "x-mitre-detection-strategy"), ("How many analytics exist in total?", "x-mitre-analytic"),
            ("What's the total number of threat actors?", Group), ("How many intrusion sets do we track?", Group),
        })
        {
            yield return Asked.Number(question, attack.Live(type).Length);
        }

        yield return Asked.Number("How many pieces of software are there?", attack.Live(Software).Length);
        yield return Asked.Number("How many sub-techniques are there?", attack.Live(Technique).Count(t => t.IsSub));
        yield return Asked.Number("How many revoked techniques are there?", attack.All.Count(t => t.Type == Technique && t.Revoked));
        yield return Asked.Number("How many techniques are there excluding sub-techniques?", attack.Live(Technique).Count(t => !t.IsSub));
        yield return Asked.Number("How many parent techniques exist?", attack.Live(Technique).Count(t => !t.IsSub));
        foreach (var (question, group) in Fill(
            ["APT29", "Sandworm Team", "APT28", "Lazarus Group"],
            "How many campaigns are attributed to @?", "How many campaigns did @ conduct?", "Number of campaigns linked to @", "how many campaigns was @ behind"))
        {
            yield return Asked.Number(question, attack.From(group, "attributed-to", Campaign).Count);
        }

        foreach (var (question, mitigation) in Fill(
            ["User Training", "M1032", "Network Segmentation", "M1042"],
            "How many techniques does @ mitigate?", "How many techniques are mitigated by @?", "how many techniques can be addressed by @", "How many techniques does @ cover?"))
        {
            yield return Asked.Number(question, attack.To(mitigation, "mitigates", Technique).Count);
        }
    }

    private IEnumerable<Asked> Lists()
    {
        foreach (var (question, group) in Fill(
            ["APT28", "APT41", "Turla", "FIN7", "Gamaredon Group", "Leviathan"],
            "Which malware does @ use?", "List the malware used by @", "What malware is @ known to use?", "Show me all malware families associated with @", "@ malware", "Give me the malware of @", "what malware has been used by @?", "Which malware families are attributed to @?"))
        {
            yield return Asked.Names(question, attack.To(group, "uses", "malware"));
        }

        foreach (var (question, group) in Fill(
            ["APT29", "OilRig", "MuddyWater", "Wizard Spider", "Dragonfly", "Magic Hound"],
            "Which tools does @ use?", "What software does @ use?", "list all software in the arsenal of @", "Which tools has @ been seen using?", "What is the software used by @?", "@'s tools"))
        {
            yield return Asked.Names(question, attack.To(group, "uses", question.Contains("software", StringComparison.Ordinal) ? Software : ["tool"]));
        }

        foreach (var (question, software) in Fill(
            ["Mimikatz", "S0002", "Empire", "PoisonIvy", "Impacket", "Ping", "gh0st RAT"],
            "Which groups use @?", "Who uses @?", "who has used @", "List the threat actors that use @", "What groups are known to use @?", "Name the groups using @", "Which adversaries have @ in their arsenal?"))
        {
            yield return Asked.Names(question, attack.From(software, "uses", Group));
        }

        foreach (var (question, technique) in Fill(
            ["T1059.001", "T1566.002", "Kerberoasting", "T1190", "DCSync", "T1110.003"],
            "Which groups use @?", "Which threat actors use technique @?", "List groups that have used @", "What mitigations exist for @?", "Which mitigations address @?", "How can I mitigate @?", "how to mitigate @", "mitigations for @"))
        {
            yield return Asked.Names(question, question.Contains("mitigat", StringComparison.OrdinalIgnoreCase) ? attack.From(technique, "mitigates", Mitigation) : attack.From(technique, "uses", Group));
        }

        foreach (var (question, technique) in Fill(
            ["T1059", "T1021", "Phishing=T1566", "T1546"],
            "What are the sub-techniques of @?", "List sub-techniques of @", "show the subtechniques of @", "Which sub-techniques does @ have?", "Which techniques are sub-techniques of @?"))
        {
            yield return Asked.Names(question, attack.From(technique, "subtechnique-of", Technique));
        }

        foreach (var (question, technique) in Fill(["T1059.001", "T1003.001", "T1547.001"], "What is the parent technique of @?", "Which technique is @ a sub-technique of?", "parent of @"))
        {
            yield return Asked.Names(question, attack.To(technique, "subtechnique-of", Technique));
        }

        foreach (var (question, technique) in Fill(["T1059", "T1078", "T1486"], "How do I detect @?", "Which detection strategies detect @?", "Which detection strategy covers @?"))
        {
            yield return Asked.Names(question, attack.From(technique, "detects", "x-mitre-detection-strategy"));
        }

        foreach (var (question, campaign) in Fill(["SolarWinds Compromise", "C0024", "Operation Dream Job", "C0028"], "Which group is behind @?", "Who is behind @?", "Who conducted @?", "Which group is responsible for @?", "To which group is @ attributed?", "Which group was @ attributed to?"))
        {
            yield return Asked.Names(question, attack.To(campaign, "attributed-to", Group));
        }

        foreach (var (question, group) in Fill(["APT29", "Lazarus Group", "Sandworm Team", "APT41"], "Which campaigns are attributed to @?", "List the campaigns of @", "What campaigns has @ carried out?", "campaigns by @"))
        {
            yield return Asked.Names(question, attack.From(group, "attributed-to", Campaign));
        }

        foreach (var (question, mitigation) in Fill(["User Training", "Code Signing=M1045", "M1056"], "Which techniques does @ mitigate?", "What techniques are mitigated by @?", "List the techniques addressed by @"))
        {
            yield return Asked.Names(question, attack.To(mitigation, "mitigates", Technique));
        }

        foreach (var (question, campaign) in Fill(["SolarWinds Compromise", "Operation Wocao", "2015 Ukraine Electric Power Attack"], "What software was used in @?", "Which malware was used during @?", "Which tools were used in the campaign @?"))
        {
            yield return Asked.Names(question, attack.To(campaign, "uses", question.Contains("software", StringComparison.Ordinal) ? Software : question.Contains("malware", StringComparison.Ordinal) ? ["malware"] : ["tool"]));
        }
    }

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

    /// <summary>The same kinds of questions, in nobody's pattern.</summary>
    private IEnumerable<Asked> Various()
    {
        HashSet<Fact> T(string name) => attack.To(attack.Named(name), "uses", Technique);
        HashSet<Fact> G(string name) => attack.From(attack.Named(name), "uses", Group);
        foreach (var (question, name) in new[]
        {
            ("which groups use phishing", "T1566"), ("Which adversaries abuse PowerShell?", "T1059.001"), ("I'm looking for all groups that use Cobalt Strike", "Cobalt Strike"),
            ("give me every group known to deploy PlugX", "PlugX"), ("Can you show me which threat actors have been observed using Process Injection?", "T1055"), ("groups using Empire", "Empire"), ("Who has PsExec in their toolkit?", "PsExec"), ("show threat actors leveraging T1190", "T1190"), ("What groups were seen using njRAT?", "njRAT"),
        })
        {
            yield return Asked.Names(question, G(name));
        }

        foreach (var (question, count) in new (string, int)[]
        {
            ("How many pieces of malware does APT28 use?", attack.To(attack.Named("APT28"), "uses", "malware").Count), ("How many software are used by APT28?", attack.To(attack.Named("APT28"), "uses", Software).Count), ("How many malware and tools does Turla use in total?", attack.To(attack.Named("Turla"), "uses", Software).Count),
            ("How many tools are in the arsenal of APT28?", attack.To(attack.Named("APT28"), "uses", "tool").Count),
            ("how many groups use PowerShell", G("T1059.001").Count), ("Total number of groups using T1105?", G("T1105").Count), ("How many distinct techniques are used across all campaigns?", attack.Live(Technique).Count(t => attack.From(t, "uses", Campaign).Count > 0)),
            ("How many techniques are used by at least one campaign?", attack.Live(Technique).Count(t => attack.From(t, "uses", Campaign).Count > 0)), ("How many groups use at least one tool?", attack.Live(Group).Count(g => attack.To(g, "uses", "tool").Count > 0)), ("How many groups use malware?", attack.Live(Group).Count(g => attack.To(g, "uses", "malware").Count > 0)),
            ("How many techniques are used by Emotet but not TrickBot?", T("Emotet").Except(T("TrickBot")).Count()), ("How many malware run only on Windows?", attack.Live("malware").Count(m => m.Platforms is ["Windows"])),
            ("Of the techniques used by APT28, how many run on macOS?", T("APT28").Count(t => t.Platforms.Contains("macOS"))), ("Among groups, how many use Mimikatz?", G("Mimikatz").Count), ("For T1059, how many sub-techniques exist?", attack.From(attack.Named("T1059"), "subtechnique-of", Technique).Count),
            ("How many of the techniques used by APT29 are sub-techniques?", T("APT29").Count(t => t.IsSub)), ("How many sub-techniques does APT28 use?", T("APT28").Count(t => t.IsSub)), ("How many techniques used by FIN7 have mitigations?", T("FIN7").Count(t => attack.From(t, "mitigates", Mitigation).Count > 0)),
            ("How many malware families support both Windows and Linux?", attack.Live("malware").Count(m => m.Platforms.Contains("Windows") && m.Platforms.Contains("Linux"))), ("how many execution techniques work on Windows", attack.Live(Technique).Count(t => t.Tactics.Contains("execution") && t.Platforms.Contains("Windows"))),
            ("How many techniques can be used for both persistence and privilege escalation?", attack.Live(Technique).Count(t => t.Tactics.Contains("persistence") && t.Tactics.Contains("privilege-escalation"))), ("How many deprecated mitigations are there?", attack.All.Count(o => o.Type == Mitigation && o.IsDeprecated)),
            ("How many groups have been revoked?", attack.All.Count(o => o.Type == Group && o.Revoked)), ("How many techniques aren't used by any malware?", attack.Live(Technique).Count(t => attack.From(t, "uses", "malware").Count == 0)), ("How many campaigns used Cobalt Strike?", attack.From(attack.Named("Cobalt Strike"), "uses", Campaign).Count),
            ("How many techniques did the SolarWinds Compromise use?", T("SolarWinds Compromise").Count), ("How many software use T1055?", attack.From(attack.Named("T1055"), "uses", Software).Count), ("What number of malware employ T1027?", attack.From(attack.Named("T1027"), "uses", "malware").Count),
            ("How many groups were added since 2020 that use Mimikatz?", G("Mimikatz").Count(g => string.CompareOrdinal(g.Created, "2020") >= 0)), ("How many techniques have exactly 3 sub-techniques?", attack.Live(Technique).Count(t => attack.From(t, "subtechnique-of", Technique).Count == 3)),
        })
        {
            yield return Asked.Number(question, count);
        }

        foreach (var (question, facts) in new (string, IEnumerable<Fact>)[]
        {
            ("What techniques does the Emotet malware use for persistence?", T("Emotet").Where(t => t.Tactics.Contains("persistence"))), ("Show me the mitigations for phishing", attack.From(attack.Named("Phishing"), "mitigates", Mitigation)), ("How do we defend against T1486?", attack.From(attack.Named("T1486"), "mitigates", Mitigation)),
            ("Which malware and tools does Gamaredon Group use?", attack.To(attack.Named("Gamaredon Group"), "uses", Software)), ("which malware implements T1055.012?", attack.From(attack.Named("T1055.012"), "uses", "malware")), ("What software can perform Kerberoasting?", attack.From(attack.Named("Kerberoasting"), "uses", Software)),
            ("Which tools are used by both APT28 and APT29?", attack.To(attack.Named("APT28"), "uses", "tool").Intersect(attack.To(attack.Named("APT29"), "uses", "tool"))), ("software that Kimsuky and Lazarus Group have in common", attack.To(attack.Named("Kimsuky"), "uses", Software).Intersect(attack.To(attack.Named("Lazarus Group"), "uses", Software))),
            ("What are the tactics in ATT&CK?", attack.Live("x-mitre-tactic")), ("List all tactics", attack.Live("x-mitre-tactic")), ("list all campaigns", attack.Live(Campaign)), ("Name all mitigations", attack.Live(Mitigation)), ("Which campaigns used Mimikatz?", attack.From(attack.Named("Mimikatz"), "uses", Campaign)),
            ("Which sub-techniques of T1059 does APT28 use?", attack.From(attack.Named("T1059"), "subtechnique-of", Technique).Intersect(T("APT28"))), ("Which Linux malware does TeamTNT use?", attack.To(attack.Named("TeamTNT"), "uses", "malware").Where(m => m.Platforms.Contains("Linux"))),
            ("What macOS malware is used by Lazarus Group?", attack.To(attack.Named("Lazarus Group"), "uses", "malware").Where(m => m.Platforms.Contains("macOS"))), ("Which techniques used by APT28 are also used by APT29?", T("APT28").Intersect(T("APT29"))), ("Which techniques does APT28 use but APT29 does not?", T("APT28").Except(T("APT29"))),
            ("techniques for privilege escalation on macOS", attack.Live(Technique).Where(t => t.Tactics.Contains("privilege-escalation") && t.Platforms.Contains("macOS"))), ("Which groups use Cobalt Strike and Mimikatz and PsExec?", G("Cobalt Strike").Intersect(G("Mimikatz")).Intersect(G("PsExec"))),
        })
        {
            yield return Asked.Names(question, facts);
        }
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
