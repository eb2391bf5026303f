using System.Text;
using System.Text.Json;

namespace Stix.Shapes;

/// <summary>What a property of a STIX object must look like (STIX 2.1 section 2).</summary>
internal sealed class PropertyShape
{
    private readonly Func<JsonElement, string?> _check;

    private PropertyShape(Func<JsonElement, string?> check) => _check = check;

    public bool IsRequired { get; private init; }

    public static PropertyShape Text { get; } = new(value =>
        value.ValueKind != JsonValueKind.String ? "must be a text" : value.GetString()!.Length == 0 ? "must not be empty" : null);

    public static PropertyShape Time { get; } = new(value => IsTime(value) ? null : "must be a time in UTC such as 2026-01-31T12:00:00Z");

    public static PropertyShape Truth { get; } = new(value => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : "must be true or false");

    public static PropertyShape Texts { get; } = ListOf(Text);

    public static PropertyShape Thing { get; } = new(value => value.ValueKind == JsonValueKind.Object ? null : "must be an object");

    public static PropertyShape Things { get; } = ListOf(Thing);

    public static PropertyShape Phases { get; } = ListOf(new(value => Has(value, "kill_chain_name") && Has(value, "phase_name") ? null : "must have kill_chain_name and phase_name"));

    public static PropertyShape References { get; } = ListOf(new(value =>
        !Has(value, "source_name") ? "must have a source_name"
        : Has(value, "description") || Has(value, "url") || Has(value, "external_id") ? null
        : "must have a description, url or external_id"));

    public PropertyShape Required => new(_check) { IsRequired = true };

    public static PropertyShape Whole(long from, long to) => new(value =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= from && number <= to ? null : $"must be a whole number from {from} to {to}");

    public static PropertyShape Number(double from, double to) => new(value =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= from && number <= to ? null : $"must be a number from {from} to {to}");

    /// <summary>An identifier of one of these types; of any type without one.</summary>
    public static PropertyShape Ref(params string[] types) => new(value =>
        value.ValueKind == JsonValueKind.String && StixId.TrySplit(value.GetString(), out var type)
            ? types.Length == 0 || Array.IndexOf(types, type.ToString()) >= 0 ? null : $"must be the id of a {string.Join(" or ", types)}"
            : "must be a STIX id");

    public static PropertyShape Refs(params string[] types) => ListOf(Ref(types));

    /// <summary>What is wrong with the value, or null.</summary>
    public string? Check(JsonElement value) => _check(value);

    private static PropertyShape ListOf(PropertyShape item) => new(value =>
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
        {
            return "must be a list that is not empty";
        }

        foreach (var element in value.EnumerateArray())
        {
            if (item.Check(element) is { } fault)
            {
                return "each " + fault;
            }
        }

        return null;
    });

    private static bool Has(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var text) && Text.Check(text) is null;

    private static bool IsTime(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && StixTimestamp.TryParse(Encoding.UTF8.GetBytes(value.GetString()!), out _);
}
