using System.Text.Json;

namespace Platform.GraphQL;

/// <summary>Values of an operation's variables (specification 6.1.2). One that was neither given nor has a default is not there.</summary>
public sealed class Variables
{
    private const int MaxFaults = 20;
    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonElement> _json = new(StringComparer.Ordinal);

    internal Variables()
    {
    }

    public bool TryGet(string name, out object? value) => _values.TryGetValue(name, out value);

    internal bool TryGetJson(string name, out JsonElement json) => _json.TryGetValue(name, out json);

    /// <summary>Reads what the client sent. All faults are told at once.</summary>
    internal static Variables Read(Schema schema, DocumentNode document, OperationNode operation, JsonElement? given, List<GraphQLError> faults)
    {
        var variables = new Variables();
        foreach (var definition in operation.Variables)
        {
            var type = schema.TypeOf(definition.Type)!;
            var found = default(JsonElement);
            if (given is { ValueKind: JsonValueKind.Object } all && all.TryGetProperty(definition.Name, out found))
            {
                var reader = new InputJson(definition.Name);
                variables._values[definition.Name] = reader.Read(found, type);
                variables._json[definition.Name] = found;
                foreach (var fault in reader.Faults)
                {
                    faults.Add(Fault(document, definition, fault));
                }
            }
            else if (definition.DefaultValue is { } literal)
            {
                try
                {
                    InputLiterals.TryRead(literal, type, null, out var value);
                    variables._values[definition.Name] = value;
                    variables._json[definition.Name] = InputLiterals.ToJson(literal, null);
                }
                catch (Exception thrown) when (CoercionException.Refusal(thrown) is not null)
                {
                    faults.Add(Fault(document, definition, $"Variable \"${definition.Name}\" has an invalid default; {CoercionException.Refusal(thrown)}"));
                }
            }
            else if (type is NonNullType)
            {
                faults.Add(Fault(document, definition, $"Variable \"${definition.Name}\" of required type \"{type}\" was not provided."));
            }

            if (faults.Count >= MaxFaults)
            {
                break;
            }
        }

        return variables;
    }

    private static GraphQLError Fault(DocumentNode document, VariableDefinitionNode definition, string message) =>
        new(message) { Locations = [document.LocationOf(definition)], Code = "VALIDATION_ERROR" };
}
