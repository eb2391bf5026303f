namespace Platform.GraphQL;

/// <summary>Names that may have been meant.</summary>
internal static class Suggestions
{
    public static IReadOnlyList<string> Near(string name, IEnumerable<string> known)
    {
        var limit = Math.Max(1, name.Length * 2 / 5);
        return [.. known.Select(k => (Name: k, Distance: Distance(name, k, limit))).Where(k => k.Distance <= limit).OrderBy(k => k.Distance).Take(3).Select(k => k.Name)];
    }

    /// <summary>How many letters to add, drop or change; more than the limit is told as one more than it.</summary>
    private static int Distance(string a, string b, int limit)
    {
        if (Math.Abs(a.Length - b.Length) > limit)
        {
            return limit + 1;
        }

        Span<int> row = stackalloc int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            var corner = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var changed = corner + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                corner = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
