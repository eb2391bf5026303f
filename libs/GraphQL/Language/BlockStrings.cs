namespace Platform.GraphQL.Language;

/// <summary>What a block string says: its text without common indentation and blank edges (specification 2.9.4, BlockStringValue).</summary>
internal static class BlockStrings
{
    public static string Dedent(string raw)
    {
        var lines = Unify(raw).Split('\n');
        var common = int.MaxValue;
        var (first, last) = (-1, -1);
        for (var i = 0; i < lines.Length; i++)
        {
            var indent = Indent(lines[i]);
            if (indent == lines[i].Length)
            {
                continue;
            }

            first = first < 0 ? i : first;
            last = i;
            if (i > 0)
            {
                common = Math.Min(common, indent);
            }
        }

        if (first < 0)
        {
            return "";
        }

        for (var i = 1; i <= last && common < int.MaxValue; i++)
        {
            lines[i] = lines[i].Length > common ? lines[i][common..] : "";
        }

        return string.Join('\n', lines[first..(last + 1)]);
    }

    private static int Indent(string line)
    {
        var i = 0;
        while (i < line.Length && line[i] is ' ' or '\t')
        {
            i++;
        }

        return i;
    }

    /// <summary>Only the line ends of GraphQL: LF, CR LF, CR. Others (U+2028 and the like) are text.</summary>
    private static string Unify(string text) =>
        text.Contains('\r', StringComparison.Ordinal) ? text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n') : text;
}
