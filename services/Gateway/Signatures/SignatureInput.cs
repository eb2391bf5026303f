using System.Buffers;
using System.Globalization;
using System.Text;

namespace Platform.Gateway.Signatures;

/// <summary>
/// The one member of a <c>Signature-Input</c> header (RFC 9421, section 4.1): an inner list of components and its parameters,
/// in the canonical form of RFC 8941 that signers sign. Component parameters and unknown parameters are not accepted: what
/// is not understood is not verified.
/// </summary>
/// <param name="Label">Names the signature.</param>
/// <param name="Components">What is signed, in order.</param>
/// <param name="Text">The value as sent, which is signed itself.</param>
internal sealed record SignatureInput(string Label, IReadOnlyList<string> Components, string Text)
{
    private const int LongestHeader = 2048;
    private const int MostComponents = 32;

    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-.*");

    public long? Created { get; private set; }

    public long? Expires { get; private set; }

    public string? Nonce { get; private set; }

    public string? KeyId { get; private set; }

    public string? Algorithm { get; private set; }

    /// <summary>Null for everything that is not exactly one such member.</summary>
    public static SignatureInput? Parse(string header)
    {
        if (header.Length > LongestHeader || ReadKey(header, 0) is not var (label, at) || !Accept(header, ref at, "=("))
        {
            return null;
        }

        var start = at - 1;
        var components = new List<string>();
        while (!Accept(header, ref at, ")"))
        {
            if ((components.Count > 0 && !Accept(header, ref at, " ")) || ReadString(header, ref at) is not { Length: > 0 } component
                || components.Contains(component) || components.Count == MostComponents)
            {
                return null;
            }

            components.Add(component);
        }

        var input = new SignatureInput(label, components, header[start..]);
        return input.ReadParameters(header, at) ? input : null;
    }

    private bool ReadParameters(string header, int at)
    {
        while (at < header.Length)
        {
            if (!Accept(header, ref at, ";") || ReadKey(header, at) is not var (name, next))
            {
                return false;
            }

            at = next;
            if (!Accept(header, ref at, "=") || !Take(name, header, ref at))
            {
                return false;
            }
        }

        return true;
    }

    private bool Take(string name, string header, ref int at)
    {
        switch (name)
        {
            case "created" when Created is null:
                return (Created = ReadInteger(header, ref at)) is not null;
            case "expires" when Expires is null:
                return (Expires = ReadInteger(header, ref at)) is not null;
            case "nonce" when Nonce is null:
                return (Nonce = ReadString(header, ref at)) is not null;
            case "keyid" when KeyId is null:
                return (KeyId = ReadString(header, ref at)) is not null;
            case "alg" when Algorithm is null:
                return (Algorithm = ReadString(header, ref at)) is not null;
            case "tag":
                return ReadString(header, ref at) is not null;
            default:
                return false;
        }
    }

    /// <summary>RFC 8941, section 3.1.2.</summary>
    internal static (string Key, int Next)? ReadKey(string text, int at)
    {
        var rest = text.AsSpan(at);
        var length = rest.IndexOfAnyExcept(KeyCharacters);
        length = length < 0 ? rest.Length : length;
        return length > 0 && (char.IsAsciiLetterLower(rest[0]) || rest[0] == '*') ? (rest[..length].ToString(), at + length) : null;
    }

    private static bool Accept(string text, ref int at, string expected)
    {
        var found = string.CompareOrdinal(text, at, expected, 0, expected.Length) == 0;
        at += found ? expected.Length : 0;
        return found;
    }

    /// <summary>RFC 8941, section 3.3.1; 15 digits at most.</summary>
    private static long? ReadInteger(string text, ref int at)
    {
        var length = 0;
        while (at + length < text.Length && char.IsAsciiDigit(text[at + length]) && length < 16)
        {
            length++;
        }

        var digits = text.AsSpan(at, length);
        at += length;
        return length is > 0 and < 16 ? long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture) : null;
    }

    /// <summary>RFC 8941, section 3.3.3.</summary>
    private static string? ReadString(string text, ref int at)
    {
        if (!Accept(text, ref at, "\""))
        {
            return null;
        }

        var value = new StringBuilder();
        while (at < text.Length && text[at] is >= ' ' and <= '~')
        {
            var c = text[at++];
            if (c == '"')
            {
                return value.ToString();
            }

            if (c == '\\')
            {
                if (at == text.Length || text[at] is not ('"' or '\\'))
                {
                    return null;
                }

                c = text[at++];
            }

            value.Append(c);
        }

        return null;
    }
}
