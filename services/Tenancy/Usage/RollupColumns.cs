using System.Data.Common;
using Npgsql;

namespace Platform.Tenancy.Usage;

/// <summary>The columns that <c>usage_deltas</c> and <c>usage_rollups</c> have for sums, read and written.</summary>
internal static class RollupColumns
{
    public const string Names = "requests, errors, refused, request_bytes, response_bytes, histogram";

    /// <summary>The sums in a row, from the column <paramref name="first"/> on.</summary>
    public static UsageSums Read(DbDataReader row, int first) => new(
        row.GetInt64(first), row.GetInt64(first + 1), row.GetInt64(first + 2), row.GetInt64(first + 3), row.GetInt64(first + 4),
        new Histogram(row.GetFieldValue<byte[]>(first + 5)));

    /// <summary>The sums as six arrays, for <c>unnest</c>.</summary>
    public static void AddSums(this NpgsqlParameterCollection parameters, UsageSums[] sums)
    {
        parameters.Add(new() { Value = Array.ConvertAll(sums, s => s.Requests) });
        parameters.Add(new() { Value = Array.ConvertAll(sums, s => s.Errors) });
        parameters.Add(new() { Value = Array.ConvertAll(sums, s => s.Refused) });
        parameters.Add(new() { Value = Array.ConvertAll(sums, s => s.RequestBytes) });
        parameters.Add(new() { Value = Array.ConvertAll(sums, s => s.ResponseBytes) });
        parameters.Add(new() { Value = Array.ConvertAll(sums, s => s.Latencies.Packed) });
    }
}
