using System.Text.Json;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Platform.Agent.Storage;

/// <summary>How a property becomes a JSONB document.</summary>
internal static class JsonDocuments
{
    public static ValueConverter<T, string> Converter<T>() => new(
        value => JsonSerializer.Serialize(value, Documents.Json),
        text => JsonSerializer.Deserialize<T>(text, Documents.Json)!);

    /// <summary>Documents are replaced as a whole and never changed in place, so that references tell them apart.</summary>
    public static ValueComparer<T> Comparer<T>() => new(
        (a, b) => ReferenceEquals(a, b), value => value == null ? 0 : value.GetType().GetHashCode(), value => value);
}
