namespace Platform.IntegrationTests.Agent.Questions;

/// <summary>Phrasings of other people: what a second and third set asked that the first did not.</summary>
internal sealed partial class AnswerableQuestions
{
    private IEnumerable<Asked> Further()
    {
        HashSet<Fact> Used(string name, params string[] types) => attack.To(attack.Named(name), "uses", types);
        HashSet<Fact> Users(string name, params string[] types) => attack.From(attack.Named(name), "uses", types);
        HashSet<Fact> Mitigating(string name) => attack.From(attack.Named(name), "mitigates", Mitigation);
        yield return Asked.Number("How many distinct techniques has Gamaredon Group been seen using?", Used("Gamaredon Group", Technique).Count);
        yield return Asked.Number("Count every malware family that runs on Windows", attack.Live("malware").Count(m => m.Platforms.Contains("Windows")));
        yield return Asked.Number("How many campaigns involved T1059.001?", Users("T1059.001", Campaign).Count);
        yield return Asked.Names("Which campaigns involved Cobalt Strike?", Users("Cobalt Strike", Campaign));
        yield return Asked.Names("Which groups use Mimikatz but never PsExec?", Users("Mimikatz", Group).Except(Users("PsExec", Group)));
        yield return Asked.Number("Which techniques are not mitigated by anything?", attack.Live(Technique).Count(t => attack.From(t, "mitigates", Mitigation).Count == 0));
        yield return Asked.Number("Which software is not used by any group?", attack.Live(Software).Count(t => attack.From(t, "uses", Group).Count == 0));
        yield return Asked.Names("Which mitigations would counter the techniques that Emotet uses?", Used("Emotet", Technique).SelectMany(t => attack.From(t, "mitigates", Mitigation)).Distinct());
        yield return Asked.Names("How can T1110 be mitigated?", Mitigating("T1110"));
        yield return Asked.Names("How can phishing be prevented?", Mitigating("T1566"));
        yield return Asked.Names("How is T1059.001 detected?", attack.From(attack.Named("T1059.001"), "detects", "x-mitre-detection-strategy"));
        yield return Asked.Text("What does Cobalt Strike do?", "S0154", "malware");
        yield return Asked.Text("Which groups are also known as Nobelium?", "APT29", "G0016");
        yield return Asked.Names("Which groups use fewer than 3 techniques?", attack.Live(Group).Where(g => attack.To(g, "uses", Technique).Count < 3));
        yield return Asked.Names("Which groups use exactly 10 techniques?", attack.Live(Group).Where(g => attack.To(g, "uses", Technique).Count == 10));
        yield return Asked.Number("How many malware use at least 50 techniques?", attack.Live("malware").Count(m => attack.To(m, "uses", Technique).Count >= 50));
        yield return Asked.Number("How many groups use both Cobalt Strike and Mimikatz but not PsExec?", Users("Cobalt Strike", Group).Intersect(Users("Mimikatz", Group)).Except(Users("PsExec", Group)).Count());
        yield return Asked.Number(
            "How many techniques used by groups that use Mimikatz are also used by groups that use PsExec?",
            Users("Mimikatz", Group).SelectMany(g => attack.To(g, "uses", Technique)).Intersect(Users("PsExec", Group).SelectMany(g => attack.To(g, "uses", Technique))).Count());
        yield return Asked.Number("Which groups use software that uses T1003.001?", Users("T1003.001", Software).SelectMany(s => attack.From(s, "uses", Group)).Distinct().Count());
        yield return Asked.Names("Which malware only runs on Linux?", attack.Live("malware").Where(m => m.Platforms is ["Linux"]));
        yield return Asked.Number("How many techniques used by APT29 target Linux and macOS?", Used("APT29", Technique).Count(t => t.Platforms.Contains("Linux") && t.Platforms.Contains("macOS")));
        yield return Asked.Number("How many pieces of software were added after January 2023?", attack.Live(Software).Count(s => string.CompareOrdinal(s.Created, "2023-02") >= 0));
        yield return Asked.Ranks("Show the growth of groups over the years", attack.Live(Group).GroupBy(g => g.Created[..4]).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => g.Count()));
    }

    private IEnumerable<Asked[]> FurtherConversations()
    {
        HashSet<Fact> T(string name) => attack.To(attack.Named(name), "uses", Technique);
        Asked By(string question, IEnumerable<Fact> set, Func<Fact, IEnumerable<string>> keys) =>
            Asked.Ranks(question, set.SelectMany(keys).GroupBy(k => k).Select(g => g.Count()).OrderDescending());

        yield return [Asked.Number("How many techniques does Turla use?", T("Turla").Count), By("per tactic?", T("Turla"), t => t.Tactics), By("and by platform?", T("Turla"), t => t.Platforms)];
        yield return [Asked.Number("How many techniques does OilRig use?", T("OilRig").Count), Asked.Names("list the ones for discovery", T("OilRig").Where(t => t.Tactics.Contains("discovery")))];
        yield return
        [
            Asked.Text("What is T1055?", "T1055"), Asked.Names("how can it be mitigated?", attack.From(attack.Named("T1055"), "mitigates", Mitigation)),
            Asked.Names("how is it detected?", attack.From(attack.Named("T1055"), "detects", "x-mitre-detection-strategy")),
        ];
    }
}
