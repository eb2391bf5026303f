namespace Platform.IntegrationTests.Agent.Questions;

/// <summary>Questions whether observables are known.</summary>
internal sealed class ObservableQuestions(KnownIndicators intel)
{
    private static readonly string[] Known = ["198.51.100.7", "bad.example", "http://bad.example/x.php", "44d88612fea8a8f36de82e1278abb02f", "mallory@bad.example"];

    private static readonly string[] Unknown = ["203.0.113.9", "fine.example", "https://fine.example/", "0cc175b9c0f1b6a831c399e269772661", "alice@fine.example"];

    private static readonly string[] Wordings =
    [
        "Is @ known?", "is @ malicious?", "Look up @", "check @", "@", "Do we know anything about @?", "Have we seen @?", "What do you know about @?", "Is @ a known indicator?", "Any information on @?", "does @ exist in our data?", "Is @ in our threat intel?",
        "Please check whether @ is suspicious", "reputation of @", "Is @ bad?",
    ];

    public IEnumerable<Asked[]> All()
    {
        intel.Hold(Known);
        for (var i = 0; i < Wordings.Length; i++)
        {
            var (known, unknown) = (Known[i % Known.Length], Unknown[i % Unknown.Length]);
            yield return [Asked.Text(Ask(i, known), "1 of 1 value is a known indicator", known.Split('/')[0])];
            yield return [Asked.Text(Ask(i, unknown), "0 of 1 value is a known indicator", "not known")];
        }

        yield return [Asked.Text("Is 198.51.100[.]7 or 203[.]0[.]113[.]9 known?", "1 of 2 values are known indicators")];
        yield return [Asked.Text("look up bad[.]example, fine.example and 198.51.100.7", "2 of 3 values are known indicators")];
    }

    private static string Ask(int wording, string value) => Wordings[wording].Replace("@", value, StringComparison.Ordinal);
}
