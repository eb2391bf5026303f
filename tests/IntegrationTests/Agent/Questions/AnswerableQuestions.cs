namespace Platform.IntegrationTests.Agent.Questions;

/// <summary>Questions that the data answers, in many wordings; the answers are worked out from the bundle alone.</summary>
internal sealed partial class AnswerableQuestions(AttackFacts attack)
{
    private const string Technique = "attack-pattern";
    private const string Group = "intrusion-set";
    private const string Campaign = "campaign";
    private const string Mitigation = "course-of-action";
    private static readonly string[] Software = ["malware", "tool"];

    public IEnumerable<Asked[]> All() =>
        Single(Counts()).Concat(Single(Lists())).Concat(Single(Filtered())).Concat(Single(Tops())).Concat(Single(Times())).Concat(Single(Sets())).Concat(Single(Splits()))
            .Concat(Single(FactsOfOne())).Concat(Single(Verdicts())).Concat(Single(Pairs())).Concat(Single(Slips())).Concat(Single(Various())).Concat(Single(Further())).Concat(Conversations()).Concat(FurtherConversations());

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
}
