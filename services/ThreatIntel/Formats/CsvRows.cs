using System.Text;

namespace Platform.ThreatIntel.Formats;

/// <summary>Reads comma-separated values (RFC 4180); lines that begin with # and empty ones are passed over.</summary>
internal static class CsvRows
{
    public static IEnumerable<string[]> Read(string text, char delimiter)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var isQuoted = false;
        for (var i = 0; i <= text.Length; i++)
        {
            var c = i < text.Length ? text[i] : '\n';
            if (isQuoted && i < text.Length)
            {
                if (c != '"')
                {
                    field.Append(c);
                }
                else if (i + 1 < text.Length && text[i + 1] == '"')
                {
                    field.Append(c);
                    i++;
                }
                else
                {
                    isQuoted = false;
                }
            }
            else if (c == '"' && field.Length == 0)
            {
                isQuoted = true;
            }
            else if (c == delimiter)
            {
                Close();
            }
            else if (c == '\n')
            {
                Close();
                if (fields.Count > 1 || fields[0].Length > 0)
                {
                    if (!fields[0].StartsWith('#'))
                    {
                        yield return [.. fields];
                    }
                }

                fields.Clear();
            }
            else if (c != '\r')
            {
                field.Append(c);
            }
        }

        void Close()
        {
            fields.Add(field.ToString().Trim());
            field.Clear();
        }
    }
}
