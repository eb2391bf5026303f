namespace FalkorDb;

/// <summary>The names behind the ids of a compact reply, as of one version of the graph's schema.</summary>
internal sealed class GraphSchema(long version, string[] labels, string[] types, string[] keys)
{
    public static readonly GraphSchema Empty = new(0, [], [], []);

    /// <summary>What the server compares with: another one makes it refuse the query before it runs.</summary>
    public long Version { get; } = version;

    public string Label(long id) => At(labels, id);

    public string Type(long id) => At(types, id);

    public string Key(long id) => At(keys, id);

    private static string At(string[] names, long id) => id >= 0 && id < names.Length ? names[id] : throw new UnknownSchemaIdException();
}

/// <summary>The reply names an id that is newer than the schema at hand.</summary>
internal sealed class UnknownSchemaIdException : Exception;
