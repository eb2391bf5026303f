using System.Text;

namespace Platform.GraphQL.Language;

/// <summary>Trees as text that parses to an equal tree.</summary>
public sealed partial class SyntaxPrinter
{
    private readonly StringBuilder _text = new();
    private int _indent;

    private SyntaxPrinter()
    {
    }

    public static string Print(SyntaxNode node)
    {
        var printer = new SyntaxPrinter();
        printer.Write(node);
        return printer._text.ToString();
    }

    /// <summary>Text as a string value: a block string where it has lines.</summary>
    internal static string Quote(string text, bool block = false)
    {
        var printer = new SyntaxPrinter();
        printer.WriteString(text, block);
        return printer._text.ToString();
    }

    private void Write(SyntaxNode node)
    {
        switch (node)
        {
            case DocumentNode document:
                WriteDocument(document);
                break;
            case OperationNode operation:
                WriteOperation(operation);
                break;
            case FragmentNode fragment:
                WriteDescription(fragment.Description);
                _text.Append("fragment ").Append(fragment.Name).Append(" on ").Append(fragment.TypeCondition.Name);
                WriteDirectives(fragment.Directives);
                WriteSelections(fragment.Selections);
                break;
            case SelectionNode selection:
                WriteSelection(selection);
                break;
            case ValueNode value:
                WriteValue(value);
                break;
            case TypeNode type:
                WriteType(type);
                break;
            case DirectiveNode directive:
                WriteDirective(directive);
                break;
            case TypeSystemNode definition:
                WriteTypeSystem(definition);
                break;
            default:
                throw new ArgumentException($"{node.GetType().Name} has no text of its own.", nameof(node));
        }
    }

    private void WriteDocument(DocumentNode document)
    {
        for (var i = 0; i < document.Items.Length; i++)
        {
            _text.Append(i > 0 ? "\n\n" : "");
            Write(document.Items[i]);
        }

        _text.Append('\n');
    }

    private void WriteOperation(OperationNode operation)
    {
        WriteDescription(operation.Description);
        if (operation is { Kind: OperationKind.Query, Name: null, Variables: [], Directives: [] })
        {
            WriteBlock(operation.Selections.Items, WriteSelection);
            return;
        }

        _text.Append(operation.Kind switch { OperationKind.Query => "query", OperationKind.Mutation => "mutation", _ => "subscription" });
        _text.Append(operation.Name is { } name ? " " + name : "");
        WriteList(operation.Variables, "(", ")", variable =>
        {
            _text.Append(variable.Description is { } description ? Quote(description) + " " : "").Append('$').Append(variable.Name).Append(": ");
            WriteType(variable.Type);
            WriteDefault(variable.DefaultValue);
            WriteDirectives(variable.Directives);
        });
        WriteDirectives(operation.Directives);
        WriteSelections(operation.Selections);
    }

    private void WriteSelections(SelectionSetNode selections)
    {
        _text.Append(' ');
        WriteBlock(selections.Items, WriteSelection);
    }

    private void WriteSelection(SelectionNode selection)
    {
        switch (selection)
        {
            case FieldNode field:
                _text.Append(field.Alias is { } alias ? alias + ": " : "").Append(field.Name);
                WriteArguments(field.Arguments);
                WriteDirectives(field.Directives);
                if (field.Selections is { } inner)
                {
                    WriteSelections(inner);
                }

                break;
            case FragmentSpreadNode spread:
                _text.Append("...").Append(spread.Name);
                WriteDirectives(spread.Directives);
                break;
            case InlineFragmentNode inline:
                _text.Append("...").Append(inline.TypeCondition is { } type ? " on " + type.Name : "");
                WriteDirectives(inline.Directives);
                WriteSelections(inline.Selections);
                break;
        }
    }

    private void WriteArguments(ArgumentNode[] arguments) => WriteList(arguments, "(", ")", WriteArgument);

    private void WriteArgument(ArgumentNode argument)
    {
        _text.Append(argument.Name).Append(": ");
        WriteValue(argument.Value);
    }

    private void WriteDirectives(DirectiveNode[] directives)
    {
        foreach (var directive in directives)
        {
            _text.Append(' ');
            WriteDirective(directive);
        }
    }

    private void WriteDirective(DirectiveNode directive)
    {
        _text.Append('@').Append(directive.Name);
        WriteArguments(directive.Arguments);
    }

    private void WriteDefault(ValueNode? value)
    {
        if (value is not null)
        {
            _text.Append(" = ");
            WriteValue(value);
        }
    }

    private void WriteType(TypeNode type)
    {
        switch (type)
        {
            case NamedTypeNode named:
                _text.Append(named.Name);
                break;
            case ListTypeNode list:
                _text.Append('[');
                WriteType(list.Inner);
                _text.Append(']');
                break;
            case NonNullTypeNode nonNull:
                WriteType(nonNull.Inner);
                _text.Append('!');
                break;
        }
    }

    private void WriteBlock<T>(T[] items, Action<T> write)
    {
        _text.Append('{');
        _indent++;
        foreach (var item in items)
        {
            NewLine();
            write(item);
        }

        _indent--;
        NewLine();
        _text.Append('}');
    }

    private void WriteList<T>(T[] items, string open, string close, Action<T> write, string between = ", ")
    {
        if (items.Length == 0)
        {
            return;
        }

        _text.Append(open);
        for (var i = 0; i < items.Length; i++)
        {
            _text.Append(i > 0 ? between : "");
            write(items[i]);
        }

        _text.Append(close);
    }

    private void NewLine() => _text.Append('\n').Append(' ', _indent * 2);
}
