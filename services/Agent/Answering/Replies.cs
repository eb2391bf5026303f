using System.Text;
using Platform.Agent.Planning;

namespace Platform.Agent.Answering;

/// <summary>What the agent says when it does not answer.</summary>
internal static class Replies
{
    public static string Refusal(Refused refused)
    {
        var text = new StringBuilder(refused.Reason switch
        {
            RefusalReason.UnknownWords => $"I did not understand {string.Join(", ", refused.Unknown.Take(10).Select(w => $"“{Shown.Name(w)}”"))}, so I do not answer rather than guess.",
            RefusalReason.TooLong => "That is more than I can read as one question. Ask one thing at a time.",
            RefusalReason.Empty => "There is no question in the message.",
            _ => "I know the words, but not this way of asking, so I do not answer rather than guess.",
        });
        text.Append(" The nearest questions that I can answer:");
        foreach (var question in refused.Nearest)
        {
            text.Append("\n- ").Append(question);
        }

        return text.ToString();
    }

    /// <summary>Which words were taken for others; empty where none were.</summary>
    public static string Reading(Planned planned) => planned.Corrections is { Count: > 0 } corrections
        ? $"(I read {string.Join(" and ", corrections.Select(c => $"“{Shown.Name(c.Written)}” as {Shown.Name(c.Read)}"))}.)\n"
        : "";

    public static string Question(Unclear unclear)
    {
        var text = new StringBuilder("That can mean more than one thing. Which do you mean?");
        for (var i = 0; i < unclear.Options.Count; i++)
        {
            text.Append('\n').Append(i + 1).Append(". ").Append(Wording.Plan(unclear.Options[i]));
        }

        return text.ToString();
    }
}
