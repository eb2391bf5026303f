using System.Text.Json;
using System.Text.RegularExpressions;
using Platform.Gateway.Pipeline;

namespace Platform.Gateway.Batch;

/// <summary>An operation that may be sent, with the operations that must have succeeded before.</summary>
internal sealed record PlannedOperation(
    int Number, string Id, string Method, string Target, IReadOnlyDictionary<string, string> Headers, JsonElement? Body, IReadOnlyList<int> After);

/// <summary>Checks a batch before anything of it is sent. All faults are told at once.</summary>
internal sealed partial class BatchPlan
{
    public const int MostOperations = 100;

    private static readonly HashSet<string> Methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

    /// <summary>What a client may say of one operation. Who it is, and how the answer is packed, was said outside.</summary>
    private static readonly HashSet<string> Headers = new(StringComparer.OrdinalIgnoreCase) { "Accept", "Accept-Language", "Idempotency-Key", "If-Match", "If-None-Match" };

    /// <summary>Areas that are never part of a batch; streams, imports and what needs no credential are refused by their routes.</summary>
    private static readonly HashSet<string> NotInside = new(StringComparer.OrdinalIgnoreCase) { "auth", "batch", "stream", "graphql" };

    private readonly Dictionary<string, List<string>> _faults = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    private BatchPlan()
    {
    }

    /// <summary>By JSON path; empty when the batch may be sent.</summary>
    public IReadOnlyDictionary<string, string[]> Faults => _faults.ToDictionary(f => f.Key, f => f.Value.ToArray());

    /// <summary>In an order in which each comes after those that it depends on.</summary>
    public IReadOnlyList<PlannedOperation> Operations { get; private set; } = [];

    public static BatchPlan Of(BatchSpec spec)
    {
        var plan = new BatchPlan();
        if (spec.Atomic == true)
        {
            plan.Fault("atomic", "must be false: operations of several services cannot be undone together");
        }

        if (spec.Operations is not { Count: >= 1 and <= MostOperations } operations)
        {
            plan.Fault("operations", $"must be 1 to {MostOperations} operations");
            return plan;
        }

        for (var i = 0; i < operations.Count; i++)
        {
            plan.Name(operations[i], i);
        }

        var planned = new List<PlannedOperation>(operations.Count);
        for (var i = 0; i < operations.Count; i++)
        {
            planned.Add(plan.Check(operations[i], i));
        }

        if (plan._faults.Count == 0)
        {
            plan.Operations = plan.Sort(planned);
        }

        return plan;
    }

    private void Name(OperationSpec? operation, int i)
    {
        if (operation?.Id is null || !Id().IsMatch(operation.Id))
        {
            Fault($"operations[{i}].id", "must be 1 to 64 letters, digits, hyphens and underscores");
        }
        else if (!_numbers.TryAdd(operation.Id, i))
        {
            Fault($"operations[{i}].id", "is the id of another operation too");
        }
    }

    private PlannedOperation Check(OperationSpec? operation, int i)
    {
        var at = $"operations[{i}]";
        operation ??= new OperationSpec(null, null, null, null, null, null);
        if (operation.Method is null || !Methods.Contains(operation.Method))
        {
            Fault($"{at}.method", $"must be one of {string.Join(", ", Methods)}");
        }

        var target = operation.Path ?? "";
        CheckTarget(target, $"{at}.path");
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in operation.Headers ?? [])
        {
            if (!Headers.Contains(name))
            {
                Fault($"{at}.headers.{name}", $"is not one of {string.Join(", ", Headers)}");
            }
            else if (value is null || !PlainText().IsMatch(value) || !headers.TryAdd(name, value))
            {
                Fault($"{at}.headers.{name}", "must be visible ASCII, once");
            }
        }

        if (operation.Body is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) })
        {
            headers["Content-Type"] = "application/json";
        }

        return new PlannedOperation(i, operation.Id ?? "", operation.Method ?? "", target, headers, operation.Body, After(operation, i));
    }

    private void CheckTarget(string target, string at)
    {
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target : target[..query];
        if (!path.StartsWith("/api/", StringComparison.Ordinal) || target.Length > 8192 || target.Contains('#', StringComparison.Ordinal) || !PathGuard.IsCanonical(target) || !PlainText().IsMatch(target))
        {
            Fault(at, "must be a path under /api/ in its plain form");
            return;
        }

        if (path.Contains('{', StringComparison.Ordinal) || (query >= 0 && NameWithReference().IsMatch(target[query..])))
        {
            Fault(at, "holds a reference outside the values of its query");
        }

        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (segments.Skip(1).Take(2).Any(NotInside.Contains))
        {
            Fault(at, "is not for batches");
        }
    }

    /// <summary>What was named, and what the path and body refer to.</summary>
    private List<int> After(OperationSpec operation, int i)
    {
        var after = new SortedSet<int>();
        foreach (var id in operation.DependsOn ?? [])
        {
            if (id is null || !_numbers.TryGetValue(id, out var number) || number == i)
            {
                Fault($"operations[{i}].depends_on", $"names '{id}', which is no other operation");
            }
            else
            {
                after.Add(number);
            }
        }

        var known = _numbers.Keys.ToHashSet(StringComparer.Ordinal);
        var referred = References.In(operation.Path ?? "", known).Concat(operation.Body is { ValueKind: not JsonValueKind.Undefined } body ? References.In(body, known) : []);
        after.UnionWith(referred.Select(id => _numbers[id]));
        return [.. after];
    }

    /// <summary>Depth-first; a ring is a fault of each of its members that is met again.</summary>
    private List<PlannedOperation> Sort(List<PlannedOperation> operations)
    {
        var sorted = new List<PlannedOperation>(operations.Count);
        var state = new int[operations.Count];
        foreach (var operation in operations)
        {
            Visit(operation);
        }

        return sorted;

        void Visit(PlannedOperation operation)
        {
            if (state[operation.Number] == 1)
            {
                Fault($"operations[{operation.Number}].depends_on", "depends on itself by others");
                return;
            }

            if (state[operation.Number] == 2)
            {
                return;
            }

            state[operation.Number] = 1;
            foreach (var before in operation.After)
            {
                Visit(operations[before]);
            }

            state[operation.Number] = 2;
            sorted.Add(operation);
        }
    }

    private void Fault(string path, string message)
    {
        if (!_faults.TryGetValue(path, out var messages))
        {
            _faults[path] = messages = [];
        }

        messages.Add(message);
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,64}$")]
    private static partial Regex Id();

    [GeneratedRegex(@"^[\x20-\x7e]*\z")]
    private static partial Regex PlainText();

    [GeneratedRegex(@"[?&][^=&]*\{")]
    private static partial Regex NameWithReference();
}
