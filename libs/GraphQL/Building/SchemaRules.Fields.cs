namespace Platform.GraphQL;

/// <summary>Fields, and the promises of interfaces (specification 3.6.1, IsValidImplementation).</summary>
internal sealed partial class SchemaRules
{
    private void CheckFields(FieldsType type)
    {
        Require(type.Fields.Count > 0, $"Type {type} must define one or more fields.");
        foreach (var field in type.Fields)
        {
            CheckName(field.Name, $"{type}.{field}");
            Require(field.Type.IsOutput, $"The type of {type}.{field} must be an output type but is {field.Type}.");
            CheckValues($"{type}.{field}", field.Arguments);
        }

        foreach (var promised in type.Interfaces)
        {
            Require(promised != type, $"Type {type} cannot implement itself.");
            foreach (var further in promised.Interfaces)
            {
                Require(type.Interfaces.Contains(further), $"Type {type} must implement {further} because it is implemented by {promised}.");
            }

            foreach (var field in promised.Fields)
            {
                CheckPromise(type, promised, field);
            }
        }
    }

    private void CheckPromise(FieldsType type, InterfaceType promised, Field field)
    {
        if (!type.Fields.TryFind(field.Name, out var own))
        {
            _faults.Add($"Interface field {promised}.{field} expected but {type} does not provide it.");
            return;
        }

        Require(Schema.IsSubtype(own.Type, field.Type), $"Interface field {promised}.{field} expects type {field.Type} but {type}.{own} is type {own.Type}.");
        foreach (var argument in field.Arguments)
        {
            var given = own.Arguments.Find(argument.Name);
            Require(given is not null, $"Interface field argument {promised}.{field}({argument}:) expected but {type}.{own} does not provide it.");
            Require(given is null || given.Type == argument.Type, $"Interface field argument {promised}.{field}({argument}:) expects type {argument.Type} but {type}.{own}({argument}:) is type {given?.Type}.");
        }

        foreach (var argument in own.Arguments)
        {
            Require(!argument.IsRequired || field.Arguments.Find(argument.Name) is not null, $"Argument {type}.{own}({argument}:) must not be required: interface {promised} does not have it.");
        }
    }
}
