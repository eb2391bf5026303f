namespace Platform.GraphQL.Language;

public sealed partial class SyntaxPrinter
{
    private void WriteValue(ValueNode value)
    {
        switch (value)
        {
            case VariableNode variable:
                _text.Append('$').Append(variable.Name);
                break;
            case IntNode number:
                _text.Append(number.Digits);
                break;
            case FloatNode number:
                _text.Append(number.Digits);
                break;
            case StringNode text:
                WriteString(text.Value, text.IsBlock);
                break;
            case BooleanNode boolean:
                _text.Append(boolean.Value ? "true" : "false");
                break;
            case NullNode:
                _text.Append("null");
                break;
            case EnumNode symbol:
                _text.Append(symbol.Name);
                break;
            case ListNode { Items: [] }:
                _text.Append("[]");
                break;
            case ListNode list:
                WriteList(list.Items, "[", "]", WriteValue);
                break;
            case ObjectNode { Fields: [] }:
                _text.Append("{}");
                break;
            case ObjectNode fields:
                WriteList(fields.Fields, "{ ", " }", WriteArgument);
                break;
        }
    }

    private void WriteDescription(string? description)
    {
        if (description is not null)
        {
            WriteString(description, block: true);
            NewLine();
        }
    }

    private void WriteString(string text, bool block)
    {
        if (block && IsBlockable(text))
        {
            WriteBlockString(text);
            return;
        }

        _text.Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => _text.Append("\\\""),
                '\\' => _text.Append("\\\\"),
                '\n' => _text.Append("\\n"),
                '\r' => _text.Append("\\r"),
                '\t' => _text.Append("\\t"),
                < ' ' or '\x7f' => _text.Append("\\u").Append(((int)c).ToString("x4", System.Globalization.CultureInfo.InvariantCulture)),
                _ => _text.Append(c),
            };
        }

        _text.Append('"');
    }

    /// <summary>Whether reading it back as a block string gives the same text: indentation and blank edges would be lost.</summary>
    private static bool IsBlockable(string text)
    {
        foreach (var c in text)
        {
            if (c < ' ' && c is not ('\n' or '\t'))
            {
                return false;
            }
        }

        return BlockStrings.Dedent("\n" + text) == text;
    }

    private void WriteBlockString(string text)
    {
        var escaped = text.Replace("\"\"\"", "\\\"\"\"", StringComparison.Ordinal);
        if (!escaped.Contains('\n', StringComparison.Ordinal) && escaped.Length < 70 && !escaped.EndsWith('"') && !escaped.EndsWith('\\') && !escaped.StartsWith(' ') && !escaped.StartsWith('\t'))
        {
            _text.Append("\"\"\"").Append(escaped).Append("\"\"\"");
            return;
        }

        _text.Append("\"\"\"");
        foreach (var line in escaped.Split('\n'))
        {
            if (line.Length == 0)
            {
                _text.Append('\n');
            }
            else
            {
                NewLine();
                _text.Append(line);
            }
        }

        NewLine();
        _text.Append("\"\"\"");
    }
}
