namespace Platform.GraphQL.Language;

public sealed partial class SyntaxPrinter
{
    private void WriteTypeSystem(TypeSystemNode node)
    {
        WriteDescription(node.Description);
        _text.Append(node.IsExtension ? "extend " : "");
        switch (node)
        {
            case SchemaNode schema:
                _text.Append("schema");
                WriteDirectives(schema.Directives);
                WriteBody(schema.Operations, o => _text.Append(o.Kind switch { OperationKind.Query => "query", OperationKind.Mutation => "mutation", _ => "subscription" })
                    .Append(": ").Append(o.Type.Name));
                break;
            case ScalarDefinitionNode scalar:
                _text.Append("scalar ").Append(scalar.Name);
                WriteDirectives(scalar.Directives);
                break;
            case FieldsDefinitionNode type:
                _text.Append(type.IsInterface ? "interface " : "type ").Append(type.Name);
                WriteList(type.Interfaces, " implements ", "", i => _text.Append(i.Name), " & ");
                WriteDirectives(type.Directives);
                WriteBody(type.Fields, WriteField);
                break;
            case UnionDefinitionNode union:
                _text.Append("union ").Append(union.Name);
                WriteDirectives(union.Directives);
                WriteList(union.Members, " = ", "", m => _text.Append(m.Name), " | ");
                break;
            case EnumDefinitionNode type:
                _text.Append("enum ").Append(type.Name);
                WriteDirectives(type.Directives);
                WriteBody(type.Values, WriteEnumValue);
                break;
            case InputDefinitionNode input:
                _text.Append("input ").Append(input.Name);
                WriteDirectives(input.Directives);
                WriteBody(input.Fields, WriteInputValue);
                break;
            case DirectiveDefinitionNode directive:
                _text.Append("directive @").Append(directive.Name);
                WriteInputValues(directive.Arguments);
                _text.Append(directive.IsRepeatable ? " repeatable on " : " on ").AppendJoin(" | ", directive.Locations);
                break;
        }
    }

    private void WriteBody<T>(T[] items, Action<T> write)
    {
        if (items.Length > 0)
        {
            _text.Append(' ');
            WriteBlock(items, write);
        }
    }

    private void WriteField(FieldDefinitionNode field)
    {
        WriteDescription(field.Description);
        _text.Append(field.Name);
        WriteInputValues(field.Arguments);
        _text.Append(": ");
        WriteType(field.Type);
        WriteDirectives(field.Directives);
    }

    private void WriteInputValues(InputValueDefinitionNode[] values)
    {
        if (!Array.Exists(values, v => v.Description is not null))
        {
            WriteList(values, "(", ")", WriteInputValue);
            return;
        }

        _text.Append('(');
        _indent++;
        foreach (var value in values)
        {
            NewLine();
            WriteInputValue(value);
        }

        _indent--;
        NewLine();
        _text.Append(')');
    }

    private void WriteInputValue(InputValueDefinitionNode value)
    {
        WriteDescription(value.Description);
        _text.Append(value.Name).Append(": ");
        WriteType(value.Type);
        WriteDefault(value.DefaultValue);
        WriteDirectives(value.Directives);
    }

    private void WriteEnumValue(EnumValueDefinitionNode value)
    {
        WriteDescription(value.Description);
        _text.Append(value.Name);
        WriteDirectives(value.Directives);
    }
}
