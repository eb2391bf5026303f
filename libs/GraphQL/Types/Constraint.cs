using System.Collections;
using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Text.RegularExpressions;

namespace Platform.GraphQL;

/// <summary>What <c>@constraint</c> asks of an input value; of a list, of each of its items, but for the number of them.</summary>
public sealed class Constraint
{
    private int? MinLength { get; init; }

    private int? MaxLength { get; init; }

    private Regex? Pattern { get; init; }

    private string? Format { get; init; }

    private double? Min { get; init; }

    private double? Max { get; init; }

    private double? ExclusiveMin { get; init; }

    private double? ExclusiveMax { get; init; }

    private double? MultipleOf { get; init; }

    private int? MinItems { get; init; }

    /// <summary>How many items a list may have.</summary>
    public int? MaxItems { get; private init; }

    internal static readonly string[] Formats = ["byte", "date", "date-time", "email", "ipv4", "ipv6", "uri", "uuid"];

    internal static Constraint Of(DirectiveNode directive) => new()
    {
        MinLength = Whole(directive, "minLength"),
        MaxLength = Whole(directive, "maxLength"),
        // Patterns come from the schema, and what they are tried on from strangers: no pattern may take time that grows faster than the text.
        Pattern = directive.Argument("pattern") is StringNode pattern ? new Regex(pattern.Value, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant) : null,
        Format = directive.Argument("format") is StringNode format
            ? Formats.Contains(format.Value) ? format.Value : throw new SchemaException([$"@constraint knows no format \"{format.Value}\"."])
            : null,
        Min = Number(directive, "min"),
        Max = Number(directive, "max"),
        ExclusiveMin = Number(directive, "exclusiveMin"),
        ExclusiveMax = Number(directive, "exclusiveMax"),
        MultipleOf = Number(directive, "multipleOf"),
        MinItems = Whole(directive, "minItems"),
        MaxItems = Whole(directive, "maxItems"),
    };

    /// <summary>Why a coerced value is refused; null when it is not.</summary>
    public string? Refuse(object? value) => value switch
    {
        null => null,
        string text => RefuseText(text),
        int or long or double or decimal => RefuseNumber(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
        IList list => RefuseList(list),
        _ => null,
    };

    private string? RefuseList(IList list)
    {
        if (list.Count < MinItems)
        {
            return $"must have at least {MinItems} items";
        }

        if (list.Count > MaxItems)
        {
            return $"must have at most {MaxItems} items";
        }

        foreach (var item in list)
        {
            if (Refuse(item) is { } why)
            {
                return why;
            }
        }

        return null;
    }

    private string? RefuseText(string text) =>
        text.Length < MinLength ? $"must be at least {MinLength} characters long"
        : text.Length > MaxLength ? $"must be at most {MaxLength} characters long"
        : Pattern?.IsMatch(text) == false ? $"must match {Pattern}"
        : Format is not null && !Has(Format, text) ? $"must be of format {Format}"
        : null;

    private string? RefuseNumber(double number) =>
        number < Min ? Invariant($"must be at least {Min}")
        : number > Max ? Invariant($"must be at most {Max}")
        : number <= ExclusiveMin ? Invariant($"must be greater than {ExclusiveMin}")
        : number >= ExclusiveMax ? Invariant($"must be less than {ExclusiveMax}")
        : MultipleOf is { } unit && Math.Abs((number / unit) - Math.Round(number / unit)) > 1e-9 ? Invariant($"must be a multiple of {MultipleOf}")
        : null;

    private static bool Has(string format, string text) => format switch
    {
        "byte" => Convert.TryFromBase64String(text, new byte[text.Length], out _),
        "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "date-time" => text.Contains('T', StringComparison.OrdinalIgnoreCase) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out _),
        "email" => MailAddress.TryCreate(text, out var address) && address.Address == text,
        "ipv4" => IPAddress.TryParse(text, out var ip) && ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork && ip.ToString() == text,
        "ipv6" => IPAddress.TryParse(text, out var ip) && ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6,
        "uri" => Uri.TryCreate(text, UriKind.Absolute, out _),
        _ => Guid.TryParseExact(text, "D", out _),
    };

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private static int? Whole(DirectiveNode directive, string name) =>
        directive.Argument(name) is IntNode number ? int.Parse(number.Digits, CultureInfo.InvariantCulture) : null;

    private static double? Number(DirectiveNode directive, string name) => directive.Argument(name) switch
    {
        IntNode number => double.Parse(number.Digits, CultureInfo.InvariantCulture),
        FloatNode number => double.Parse(number.Digits, CultureInfo.InvariantCulture),
        _ => null,
    };
}
