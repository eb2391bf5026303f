using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Platform.ServiceDefaults;
using Platform.ThreatIntel.Objects;

namespace Platform.ThreatIntel.Indicators;

/// <summary>Creating many indicators at once.</summary>
internal static class BulkEndpoints
{
    public const int MaxRows = 10_000;
    private const long MaxBytes = 32L << 20;

    public static IEndpointRouteBuilder MapIndicatorBulk(this IEndpointRouteBuilder api)
    {
        api.MapPost("/threat-intel/indicators/bulk", Create).WithTags("Indicators").RequirePermission("write:threat_intel").WithIdempotency()
            .Accepts<IReadOnlyList<CreateIndicator>>("application/json", "application/x-ndjson")
            .WithMetadata(new RequestSizeLimitAttribute(MaxBytes));
        return api;
    }

    /// <summary>
    /// Creates up to 10,000 indicators, from a JSON array or one object a line (NDJSON). Each row stands for itself: those
    /// that are not valid are told with their faults, the others are stored together.
    /// </summary>
    private static async Task<Results<Ok<BulkResult>, FaultResult>> Create(
        HttpContext context, ChangeObject change, IValidator<CreateIndicator> validator, TimeProvider clock, CancellationToken ct)
    {
        var rows = await BulkRows.ReceiveAsync(context.Request, MaxRows, ct);
        var strict = context.GetApiVersion() == ApiVersion.V2;
        var now = clock.GetUtcNow();
        var results = new BulkRow[rows.Count];
        var drafts = new List<(int Row, StixDraft Draft)>(rows.Count);
        for (var i = 0; i < results.Length; i++)
        {
            var (value, errors) = BulkRows.Read(rows[i], strict, validator);
            if (errors is null)
            {
                drafts.Add((i, value!.ToDraft(now)));
            }
            else
            {
                results[i] = BulkRow.Refused(i, errors);
            }
        }

        if (drafts.Count > 0)
        {
            var outcomes = await change.CreateAsync([.. drafts.Select(entry => entry.Draft)], ct);
            for (var i = 0; i < outcomes.Count; i++)
            {
                results[drafts[i].Row] = outcomes[i] == MergeOutcome.AboveClearance
                    ? BulkRow.Refused(drafts[i].Row, new Dictionary<string, string[]> { ["tlp"] = ["is above your clearance"] })
                    : new BulkRow(drafts[i].Row, "created", drafts[i].Draft.Id, null);
            }
        }

        var created = results.Count(row => row.Errors is null);
        return TypedResults.Ok(new BulkResult(results.Length, created, results.Length - created, results));
    }
}

/// <summary>What became of the rows, in their order.</summary>
internal sealed record BulkResult(int Total, int Created, int Failed, IReadOnlyList<BulkRow> Results);

/// <summary>What became of one row.</summary>
/// <param name="Index">Its place, from 0.</param>
/// <param name="Status"><c>created</c> or <c>failed</c>.</param>
/// <param name="Id">The id of what was created.</param>
/// <param name="Errors">JSON path to messages.</param>
internal sealed record BulkRow(int Index, string Status, string? Id, IReadOnlyDictionary<string, string[]>? Errors)
{
    public static BulkRow Refused(int index, IReadOnlyDictionary<string, string[]> errors) => new(index, "failed", null, errors);
}
