using System.Text;

namespace Prometheus.TextFormat;

/// <summary>What the text format escapes: <c>\</c> and line feed everywhere, <c>"</c> in label values too.</summary>
internal static class Escaping
{
    public static void AppendHelp(StringBuilder text, string value) => Append(text, value, quotes: false);

    public static void AppendLabelValue(StringBuilder text, string value) => Append(text, value, quotes: true);

    private static void Append(StringBuilder text, string value, bool quotes)
    {
        foreach (var c in value)
        {
            switch (c)
            {
                case '\\':
                    text.Append("\\\\");
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                case '"' when quotes:
                    text.Append("\\\"");
                    break;
                default:
                    text.Append(c);
                    break;
            }
        }
    }
}
