namespace Platform.IntegrationTests.Agent.Questions;

/// <summary>What follows no pattern.</summary>
internal sealed partial class AnswerableQuestions
{
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
}
