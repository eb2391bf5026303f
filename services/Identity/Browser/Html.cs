using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace Platform.Identity.Browser;

/// <summary>
/// Markup. Text becomes markup only by <see cref="Of"/>, which encodes everything that is interpolated into it and is
/// not markup already, so that a name can never close a tag.
/// </summary>
internal readonly record struct Html(string Markup)
{
    public static readonly Html Empty = new("");

    public static Html Of(Template template) => new(template.ToString());

    public static Html Join(IEnumerable<Html> parts) => new(string.Concat(parts.Select(p => p.Markup)));

    public override string ToString() => Markup;

    /// <summary>Called by the compiler for <c>Html.Of($"…")</c>.</summary>
    [InterpolatedStringHandler]
    internal readonly struct Template(int literalLength, int formattedCount)
    {
        private readonly StringBuilder _text = new(literalLength + (formattedCount * 16));

        public void AppendLiteral(string literal) => _text.Append(literal);

        public void AppendFormatted(string? text) => _text.Append(HtmlEncoder.Default.Encode(text ?? ""));

        public void AppendFormatted(int number) => _text.Append(number);

        public void AppendFormatted(Html markup) => _text.Append(markup.Markup);

        public override string ToString() => _text.ToString();
    }
}
