namespace Platform.GraphQL;

/// <summary>A document that was parsed, found within the limits and valid, and can be executed any number of times.</summary>
public sealed class PreparedDocument
{
    private readonly Dictionary<string, FragmentNode>? _fragments;

    internal PreparedDocument(Schema schema, DocumentNode document)
    {
        (Schema, Document) = (schema, document);
        foreach (var definition in document.Items)
        {
            AsksForSchema |= Asks((definition as OperationNode)?.Selections ?? (definition as FragmentNode)?.Selections);
            if (definition is FragmentNode fragment)
            {
                (_fragments ??= new(StringComparer.Ordinal)).Add(fragment.Name, fragment);
            }
        }
    }

    public Schema Schema { get; }

    public DocumentNode Document { get; }

    /// <summary>The fragment of a name, or null.</summary>
    internal FragmentNode? Fragment(string name) => _fragments?.GetValueOrDefault(name);

    /// <summary>Whether it asks for <c>__schema</c> or <c>__type</c>.</summary>
    internal bool AsksForSchema { get; }

    private static bool Asks(SelectionSetNode? selections) => selections is not null && Array.Exists(selections.Items, s => s switch
    {
        FieldNode field => field.Name is "__schema" or "__type" || Asks(field.Selections),
        InlineFragmentNode inline => Asks(inline.Selections),
        _ => false,
    });

    /// <summary>The operation of a name, or the only one (specification 6.1, GetOperation); null when there is none such.</summary>
    public OperationNode? Operation(string? name)
    {
        OperationNode? found = null;
        foreach (var definition in Document.Items)
        {
            if (definition is OperationNode operation && (name is null || operation.Name == name))
            {
                if (found is not null)
                {
                    return null;
                }

                found = operation;
            }
        }

        return found;
    }
}
