using System.Globalization;
using System.Text;
using FalkorDb;

namespace Platform.KnowledgeGraph.Query;

/// <summary>What is wanted of a query's plan.</summary>
internal enum PlanWanted
{
    /// <summary>Nothing: the rows are wanted.</summary>
    None,

    /// <summary>The plan alone.</summary>
    Explain,

    /// <summary>The plan, with what each operation took.</summary>
    Profile,
}

/// <summary>An admitted query, which is written anew for the store.</summary>
internal sealed class ParsedQuery(IReadOnlyList<CypherToken> tokens, IReadOnlySet<string> parameters, IReadOnlyList<RowLimit> limits, PlanWanted plan)
{
    /// <summary>The parameters that it needs.</summary>
    public IReadOnlySet<string> Parameters { get; } = parameters;

    /// <summary>Those of them that are ends of ranges, and so at most <see cref="CypherParser.MaxRange"/>.</summary>
    public required IReadOnlySet<string> Ranged { get; init; }

    /// <summary>Whether the plan is asked for instead of the rows.</summary>
    public PlanWanted Plan { get; } = plan;

    /// <summary>
    /// The query for the store. It asks for one row more than may be answered, so that it shows when there are more. White space is kept
    /// as single spaces, because the store names columns by their text.
    /// </summary>
    public string Write(int maxRows)
    {
        var text = new StringBuilder();
        for (var i = 0; i < tokens.Count; i++)
        {
            foreach (var limit in limits)
            {
                if (limit.Token == i && !limit.Replaces)
                {
                    text.Append(" LIMIT ").Append((maxRows + 1).ToString(CultureInfo.InvariantCulture));
                }
            }

            var token = tokens[i];
            if (token.Kind == TokenKind.End || token.IsSymbol(";"))
            {
                continue;
            }

            text.Append(token.Spaced && text.Length > 0 ? " " : "");
            Append(text, token, IsLimit(i) && double.Parse(token.Value, CultureInfo.InvariantCulture) > maxRows ? maxRows + 1 : null);
        }

        return text.ToString();
    }

    private bool IsLimit(int token)
    {
        foreach (var limit in limits)
        {
            if (limit.Token == token && limit.Replaces)
            {
                return true;
            }
        }

        return false;
    }

    private static void Append(StringBuilder text, CypherToken token, int? limit)
    {
        switch (token.Kind)
        {
            case TokenKind.Text:
                text.Append(CypherWriter.Literal(token.Value));
                break;
            case TokenKind.Parameter:
                text.Append('$').Append(token.Value);
                break;
            case TokenKind.Name when token.Quoted:
                text.Append('`').Append(token.Value).Append('`');
                break;
            default:
                text.Append(limit is { } rows ? rows.ToString(CultureInfo.InvariantCulture) : token.Value);
                break;
        }
    }
}
