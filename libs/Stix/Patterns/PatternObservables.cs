using System.Buffers;

namespace Stix.Patterns;

/// <summary>A value that a pattern looks for.</summary>
/// <param name="Type">
/// The cyber-observable type (<c>ipv4-addr</c>, <c>domain-name</c>, <c>url</c> …); for hashes <c>file:md5</c>,
/// <c>file:sha-1</c>, <c>file:sha-256</c>, <c>file:sha-512</c> and so on; <c>file:name</c> for file names.
/// </param>
/// <param name="Value">The value as written in the pattern.</param>
public readonly record struct PatternObservable(string Type, string Value);

/// <summary>Finds the values that a pattern names outright: by =, IN and, for addresses, ISSUBSET, not negated.</summary>
public static class PatternObservables
{
    private static readonly SearchValues<char> AddressCharacters = SearchValues.Create("0123456789./");

    /// <summary>Every value once, in the order of the pattern.</summary>
    public static IReadOnlyList<PatternObservable> Of(PatternNode pattern)
    {
        // A chain of ten thousand ORs is as deep as it is long: the walk keeps its own stack.
        var found = new List<PatternObservable>();
        var known = new HashSet<PatternObservable>();
        var open = new Stack<object>();
        open.Push(pattern);
        while (open.TryPop(out var node))
        {
            switch (node)
            {
                case Observation observation:
                    open.Push(observation.Comparison);
                    break;
                case QualifiedObservation qualified:
                    open.Push(qualified.Inner);
                    break;
                case JoinedObservations joined:
                    open.Push(joined.Right);
                    open.Push(joined.Left);
                    break;
                case JoinedComparisons joined:
                    open.Push(joined.Right);
                    open.Push(joined.Left);
                    break;
                case PropertyTest { Negated: false } test when TypeOf(test) is { } type:
                    foreach (var literal in test.Values)
                    {
                        var observable = new PatternObservable(type, literal.Text);
                        if (known.Add(observable))
                        {
                            found.Add(observable);
                        }
                    }

                    break;
            }
        }

        return found;
    }

    private static string? TypeOf(PropertyTest test)
    {
        var path = test.Path;
        if (test.Operator == "ISSUBSET")
        {
            return path == "value" && test.ObjectType is "ipv4-addr" or "ipv6-addr" ? test.ObjectType : null;
        }

        if (test.Operator is not ("=" or "IN"))
        {
            return null;
        }

        if (path.StartsWith("hashes.", StringComparison.Ordinal))
        {
            return "file:" + HashName(path["hashes.".Length..].Trim('\''));
        }

        return (test.ObjectType, path) switch
        {
            ("ipv4-addr" or "ipv6-addr" or "domain-name" or "url" or "email-addr" or "mac-addr", "value") => test.ObjectType,
            ("file", "name") => "file:name",
            ("mutex", "name") => "mutex",
            ("windows-registry-key", "key") => "windows-registry-key",
            ("email-message", "from_ref.value" or "sender_ref.value") => "email-addr",
            ("network-traffic", "dst_ref.value" or "src_ref.value") => AddressType(test.Values),
            ("user-account", "account_login") => "user-account",
            ("autonomous-system", "number") => "autonomous-system",
            _ => null,
        };
    }

    private static string? AddressType(IReadOnlyList<PatternLiteral> values)
    {
        if (values.Count == 0)
        {
            return null;
        }

        var text = values[0].Text;
        return text.Contains(':', StringComparison.Ordinal) ? "ipv6-addr"
            : !text.AsSpan().ContainsAnyExcept(AddressCharacters) ? "ipv4-addr" : "domain-name";
    }

    private static string HashName(string name) => name.Replace("-", "", StringComparison.Ordinal).ToUpperInvariant() switch
    {
        "MD5" => "md5",
        "SHA1" => "sha-1",
        "SHA256" => "sha-256",
        "SHA512" => "sha-512",
        _ => name.ToLowerInvariant(),
    };
}
