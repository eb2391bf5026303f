namespace Platform.GraphQL;

/// <summary>
/// Fields and their values (specification 6.3, 6.4). What is there at once is completed at once; only fields that wait for
/// something cost a task.
/// </summary>
internal sealed partial class FieldExecutor(OperationRun run)
{
    /// <summary>A value that failed where null is not allowed: the nearest nullable parent becomes null (6.4.4).</summary>
    public static readonly object Bubble = new();

    /// <summary>Fields side by side: each resolver is called before any is waited for.</summary>
    public ValueTask<object?> TogetherAsync(Selection[] selections, ObjectType type, object? parent, ResponsePath? path)
    {
        var result = new ResultObject(selections);
        List<(int Index, Task<object?> Task)>? waiting = null;
        var failed = false;
        for (var i = 0; i < selections.Length && !failed; i++)
        {
            var value = FieldAsync(selections[i], type, parent, path);
            if (value.IsCompletedSuccessfully)
            {
                result.Values[i] = value.Result;
                failed = result.Values[i] == Bubble;
            }
            else
            {
                (waiting ??= []).Add((i, value.AsTask()));
            }
        }

        return waiting is null ? new(failed ? Bubble : result) : Rest(result, result.Values, waiting, failed);
    }

    /// <summary>Fields one after another, for mutations (6.2.2).</summary>
    public async ValueTask<object?> InTurnAsync(Selection[] selections, ObjectType type, object? parent)
    {
        var result = new ResultObject(selections);
        for (var i = 0; i < selections.Length; i++)
        {
            result.Values[i] = await FieldAsync(selections[i], type, parent, parentPath: null);
            run.Loaders.Forget();
            if (result.Values[i] == Bubble)
            {
                return Bubble;
            }
        }

        return result;
    }

    /// <summary>The events of a subscription's field; null where they cannot be had.</summary>
    public async Task<IAsyncEnumerable<object?>?> OpenAsync(Selection selection, ObjectType type, object? root)
    {
        var context = new ResolveContext(run, selection, type, root, parentPath: null);
        if (Refuse(selection, context.Path) is { } refusal)
        {
            run.Errors.Add(refusal);
            return null;
        }

        try
        {
            return selection.Field.Subscriber is { } subscribe
                ? await subscribe(context)
                : throw new GraphQLException($"\"{selection.Field}\" has no events.", "INTERNAL_SERVER_ERROR");
        }
        catch (Exception thrown) when (!IsCancelled(thrown))
        {
            AddError(selection, context.Path, thrown, context);
            return null;
        }
    }

    private static async ValueTask<object?> Rest(object result, IList<object?> values, List<(int Index, Task<object?> Task)> waiting, bool failed)
    {
        foreach (var (index, task) in waiting)
        {
            values[index] = await task;
            failed |= values[index] == Bubble;
        }

        return failed ? Bubble : result;
    }

    private ValueTask<object?> FieldAsync(Selection selection, ObjectType type, object? parent, ResponsePath? parentPath)
    {
        run.CancellationToken.ThrowIfCancellationRequested();
        var field = selection.Field;
        if (field.Permissions.Count > 0 || selection.Fault is not null)
        {
            var path = new ResponsePath(parentPath, selection.ResponseName);
            if (Refuse(selection, path) is { } refusal)
            {
                run.Errors.Add(refusal);
                return new(NoValue(field.Type));
            }
        }

        if (field.Resolver is not { } resolver)
        {
            object? read;
            try
            {
                read = Members.Read(parent, field.Name);
            }
            catch (Exception thrown)
            {
                return new(Fail(selection, new ResolveContext(run, selection, type, parent, parentPath), thrown));
            }

            return CompleteAsync(field.Type, selection, type, read, parentPath, selection.ResponseName, -1);
        }

        var context = new ResolveContext(run, selection, type, parent, parentPath);
        try
        {
            var value = resolver(context);
            return value.IsCompletedSuccessfully
                ? CompleteAsync(field.Type, selection, type, value.Result, parentPath, selection.ResponseName, -1)
                : ResolvedAsync(value, context, selection, parentPath);
        }
        catch (Exception thrown) when (!IsCancelled(thrown))
        {
            return new(Fail(selection, context, thrown));
        }
    }

    private async ValueTask<object?> ResolvedAsync(ValueTask<object?> value, ResolveContext context, Selection selection, ResponsePath? parentPath)
    {
        object? resolved;
        try
        {
            resolved = await value;
        }
        catch (Exception thrown) when (!IsCancelled(thrown))
        {
            return Fail(selection, context, thrown);
        }

        return await CompleteAsync(selection.Field.Type, selection, context.ParentType, resolved, parentPath, selection.ResponseName, -1);
    }

    private object? Fail(Selection selection, ResolveContext context, Exception thrown)
    {
        AddError(selection, context.Path, thrown, context);
        return NoValue(selection.Field.Type);
    }

    private GraphQLError? Refuse(Selection selection, ResponsePath path)
    {
        foreach (var permission in selection.Field.Permissions)
        {
            if (!run.Scope.Permits(permission))
            {
                return run.ErrorAt(selection, path, $"\"{selection.Field}\" needs the permission {permission}.") with { Code = "INSUFFICIENT_PERMISSIONS" };
            }
        }

        return selection.Fault is { } fault ? fault with { Path = path } : null;
    }

    private void AddError(Selection selection, ResponsePath path, Exception thrown, ResolveContext? context)
    {
        switch (thrown)
        {
            case GraphQLException told:
                run.Errors.Add(run.ErrorAt(selection, path, told.Message) with { Code = told.Code, Extensions = told.Extensions });
                break;
            case CoercionException told:
                run.Errors.Add(run.ErrorAt(selection, path, told.Message));
                break;
            default:
                run.Errors.Add(run.ErrorAt(selection, path, "Internal server error.") with { Code = "INTERNAL_SERVER_ERROR" });
                run.Scope.Faulted?.Invoke(thrown, context);

                break;
        }
    }

    private bool IsCancelled(Exception thrown) => thrown is OperationCanceledException && run.CancellationToken.IsCancellationRequested;

    private static object? NoValue(GraphType type) => type is NonNullType ? Bubble : null;
}
