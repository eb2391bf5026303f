using System.Text.Json.Nodes;

namespace Platform.EndToEndTests.Isolation;

/// <summary>
/// What a request says of the other tenant's things: their names and ids; or, for comparison, names and ids of the same
/// form that nobody has. Who can tell the two apart by the answers can infer what is there.
/// </summary>
/// <param name="Word">A word that all names have in them.</param>
/// <param name="Number">Makes names differ from request to request.</param>
/// <param name="Tenant">The tenant's id.</param>
/// <param name="Object">A threat object of it.</param>
/// <param name="Asset">An asset of it.</param>
/// <param name="Conversation">A conversation of it.</param>
internal sealed record Words(string Word, int Number, string Tenant, string Object, string Asset, string Conversation)
{
    /// <summary>The value of a member by its name.</summary>
    public string For(string name) => name switch
    {
        "tenant_id" => Tenant,
        "conversation_id" => Conversation,
        "asset_id" or "asset_ids" => Asset,
        "cypher" => "MATCH (n) RETURN n",
        "values" or "value" => $"{Word}.example.org".ToLowerInvariant(),
        "indicator_type" => "domain-name",
        "pattern" => $"[domain-name:value = '{Word.ToLowerInvariant()}.example.org']",
        "pattern_type" => "stix",
        "message" or "reason" => $"What is {Word} {Object}?",
        "query" or "search_query" or "search" => Word,
        "search_type" => "text",
        "types" or "relationship_types" or "inherits" => "indicator",
        "permissions" or "grants" => "read:all",
        "role" or "mfa_required_roles" => "viewer",
        "username" or "email" or "admin_email" => $"{Word}-{Number}@example.org".ToLowerInvariant(),
        "password" or "new_password" => $"Aa1!{Word}{Number}",
        "source" or "owner" or "tag" or "assignee" => Word,
        "type" => "related-to",
        "redirect_uris" or "post_logout_redirect_uris" => "https://example.org/",
        "allowed_cidrs" => "192.0.2.0/24",
        "addresses" => "192.0.2.1",
        _ when name.EndsWith("id", StringComparison.Ordinal) || name.EndsWith("ids", StringComparison.Ordinal)
            || name.EndsWith("ref", StringComparison.Ordinal) || name.EndsWith("refs", StringComparison.Ordinal) => Object,
        _ => $"{Word}-{Number}",
    };

    /// <summary>Where any object may stand: a STIX object that refers to the other tenant's by every name there is.</summary>
    public JsonObject AnyObject() => new()
    {
        ["name"] = For("name"),
        ["source_ref"] = Object,
        ["target_ref"] = Object,
        ["relationship_type"] = "related-to",
        ["sighting_of_ref"] = Object,
        ["object_refs"] = new JsonArray(Object),
        ["created_by_ref"] = Object,
        ["content"] = Word,
    };

    /// <summary>An id or name of the same form that nobody has.</summary>
    public static string MadeUp(string id)
    {
        var other = id.ToCharArray();
        for (var i = Math.Max(0, id.Length - 12); i < id.Length; i++)
        {
            other[i] = char.IsAsciiDigit(other[i]) ? (char)('0' + Random.Shared.Next(10)) : char.IsAsciiHexDigitLower(other[i]) ? (char)('a' + Random.Shared.Next(6)) : other[i];
        }

        return new string(other);
    }

    public Words MadeUp() => new("Yak" + Guid.NewGuid().ToString("N")[..10], Number, MadeUp(Tenant), MadeUp(Object), MadeUp(Asset), MadeUp(Conversation));
}
