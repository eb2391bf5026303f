namespace Platform.GraphQL;

/// <summary>5.3.1 Field selections, 5.3.3 Leaf field selections, 5.4 Arguments.</summary>
internal sealed class FieldRules(ValidationContext context, ValueRules values)
{
    /// <summary>The field that a selection means; null where its parent is unknown or has none such.</summary>
    public Field? Check(FieldNode node, CompositeType? parent)
    {
        var field = parent is null ? null : context.Schema.FieldOf(parent, node.Name);
        if (field is null)
        {
            if (parent is not null)
            {
                context.Report($"Cannot query field \"{node.Name}\" on type \"{parent}\".{Suggest(parent, node.Name)}", node);
            }

            values.CheckUnknown(node.Arguments);
            return null;
        }

        if (field.Type.Named is not CompositeType)
        {
            if (node.Selections is not null)
            {
                context.Report($"Field \"{node.Name}\" must not have a selection since type \"{field.Type}\" has no subfields.", node.Selections);
            }
        }
        else if (node.Selections is null)
        {
            context.Report($"Field \"{node.Name}\" of type \"{field.Type}\" must have a selection of subfields. Did you mean \"{node.Name} {{ ... }}\"?", node);
        }

        values.CheckArguments(node, node.Arguments, field.Arguments, new ValueRules.Owner("field", parent, field.Name));
        return field;
    }

    private static string Suggest(CompositeType parent, string name)
    {
        if (parent is not FieldsType { Fields: var fields })
        {
            return "";
        }

        // Looking at more than the first few hundred characters of a name would be work for the sake of a hint.
        var near = name.Length > 60 ? [] : Suggestions.Near(name, fields.Select(f => f.Name));
        return near.Count == 0 ? "" : $" Did you mean {string.Join(" or ", near.Select(n => $"\"{n}\""))}?";
    }
}
