using System.Text;
using Platform.Agent.Planning;

namespace Platform.Agent.Remembering;

/// <summary>
/// A question with the objects that it names taken out: "what does {group} run". What was learnt about one actor then
/// helps with every other.
/// </summary>
/// <param name="Text">The words, and the kinds of what is named.</param>
/// <param name="Entities">What is named, in order.</param>
internal sealed record QuestionShape(string Text, IReadOnlyList<EntityRef> Entities)
{
    public static QuestionShape Of(IReadOnlyList<Token> tokens, IReadOnlyList<Mention> mentions)
    {
        var text = new StringBuilder();
        var entities = new List<EntityRef>();
        for (var at = 0; at < tokens.Count;)
        {
            if (text.Length > 0)
            {
                text.Append(' ');
            }

            if (LongestAt(mentions, at) is { } mention)
            {
                var entity = mention.Candidates[0].Entity;
                text.Append('{').Append(entity.Kind.ToString().ToLowerInvariant()).Append('}');
                entities.Add(entity);
                at = mention.Next;
            }
            else
            {
                text.Append(tokens[at++].Word);
            }
        }

        return new QuestionShape(text.ToString(), entities);
    }

    private static Mention? LongestAt(IReadOnlyList<Mention> mentions, int at)
    {
        Mention? longest = null;
        foreach (var mention in mentions)
        {
            if (mention.Start == at && mention.Candidates.Count > 0 && mention.Length > (longest?.Length ?? 0))
            {
                longest = mention;
            }
        }

        return longest;
    }
}
