using System.Text.Json;

namespace Platform.GraphQL;

/// <summary>An answer (specification 7.1).</summary>
public sealed class ExecutionResult
{
    /// <summary>Whether it was executed: an answer without <c>data</c> is one to a request that could not be.</summary>
    public bool HasData { get; internal init; }

    public IReadOnlyList<GraphQLError> Errors { get; internal init; } = [];

    /// <summary>Further members of the answer's <c>extensions</c>.</summary>
    public IDictionary<string, object?> Extensions { get; } = new Dictionary<string, object?>(StringComparer.Ordinal);

    /// <summary>How long the answer may be kept; null where it was not executed.</summary>
    public CachePolicy? Cache { get; internal init; }

    /// <summary>What the operation was reckoned to cost.</summary>
    public int Cost { get; internal init; }

    internal object? Data { get; init; }

    public static ExecutionResult Refused(params IReadOnlyList<GraphQLError> errors) => new() { Errors = errors };

    public void Write(Utf8JsonWriter writer) => ResultWriter.Write(writer, this);

    /// <summary>The answer as UTF-8 JSON.</summary>
    public byte[] ToJson()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, ResultWriter.Options))
        {
            Write(writer);
        }

        return stream.ToArray();
    }
}

/// <summary>An object of the answer: values in the order of the selections that they answer.</summary>
internal sealed class ResultObject(Selection[] selections)
{
    public Selection[] Selections { get; } = selections;

    public object?[] Values { get; } = new object?[selections.Length];
}
