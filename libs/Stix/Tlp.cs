using System.Collections.Frozen;
using System.Text.Json;

namespace Stix;

/// <summary>Traffic Light Protocol levels, from the most open to the most closed (FIRST TLP 2.0).</summary>
public enum Tlp
{
    Clear = 0,
    Green = 1,
    Amber = 2,
    AmberStrict = 3,
    Red = 4,
}

/// <summary>
/// Reads TLP out of marking definitions: the four of STIX 2.0/2.1 (section 7.2.1.4), the five of the OASIS TLP 2.0
/// extension, and definitions under any other id that carry <c>definition_type: tlp</c> or that extension.
/// </summary>
public static class TlpMarking
{
    /// <summary>The extension definition by which OASIS adds TLP 2.0 to STIX 2.1.</summary>
    public const string Tlp2Extension = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";

    private static readonly FrozenDictionary<string, Tlp> Ids = new Dictionary<string, Tlp>
    {
        ["marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"] = Tlp.Clear,
        ["marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"] = Tlp.Green,
        ["marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"] = Tlp.Amber,
        ["marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"] = Tlp.Red,
        ["marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"] = Tlp.Clear,
        ["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"] = Tlp.Green,
        ["marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"] = Tlp.Amber,
        ["marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"] = Tlp.AmberStrict,
        ["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"] = Tlp.Red,
    }.ToFrozenDictionary();

    /// <summary>The level of a well-known marking definition.</summary>
    public static bool TryGet(string markingId, out Tlp level) => Ids.TryGetValue(markingId, out level);

    /// <summary>The id of the TLP 2.0 marking definition of a level.</summary>
    public static string IdOf(Tlp level) => level switch
    {
        Tlp.Clear => "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
        Tlp.Green => "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
        Tlp.Amber => "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
        Tlp.AmberStrict => "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
        _ => "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
    };

    /// <summary>
    /// The level that a marking definition object states; false for any other marking. A TLP marking whose value is
    /// not known is read as <see cref="Tlp.Red"/>: what cannot be understood is not shown.
    /// </summary>
    public static bool TryRead(JsonElement definition, out Tlp level)
    {
        level = Tlp.Clear;
        if (definition.TryGetProperty("extensions", out var extensions) && extensions.ValueKind == JsonValueKind.Object
            && extensions.TryGetProperty(Tlp2Extension, out var extension) && extension.ValueKind == JsonValueKind.Object
            && extension.TryGetProperty("tlp_2_0", out var value))
        {
            level = Parse(value);
            return true;
        }

        if (definition.TryGetProperty("definition_type", out var kind) && kind.ValueKind == JsonValueKind.String && kind.ValueEquals("tlp")
            && definition.TryGetProperty("definition", out var inner) && inner.ValueKind == JsonValueKind.Object
            && inner.TryGetProperty("tlp", out value))
        {
            level = Parse(value);
            return true;
        }

        return false;
    }

    private static Tlp Parse(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return Tlp.Red;
        }

        return value.GetString()!.ToLowerInvariant() switch
        {
            "clear" or "white" => Tlp.Clear,
            "green" => Tlp.Green,
            "amber" => Tlp.Amber,
            "amber+strict" => Tlp.AmberStrict,
            _ => Tlp.Red,
        };
    }
}
