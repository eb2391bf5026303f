namespace Platform.Agent.Planning;

/// <summary>One word of a message.</summary>
/// <param name="Text">As written, without the punctuation around it.</param>
/// <param name="Word">In lower case, for comparison.</param>
/// <param name="Start">Where it starts in the message.</param>
/// <param name="End">Where it ends.</param>
/// <param name="CommaBefore">Whether a comma or another break stands between it and the word before.</param>
/// <param name="Possessive">Whether it carried <c>'s</c>.</param>
/// <param name="Quoted">Whether it stands inside quotation marks: then it is a name and never grammar.</param>
internal sealed record Token(string Text, string Word, int Start, int End, bool CommaBefore, bool Possessive, bool Quoted);
