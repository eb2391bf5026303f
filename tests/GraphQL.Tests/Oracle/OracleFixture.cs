using System.Diagnostics;
using System.Text.Json;
using Platform.GraphQL.Tests.Oracle;

[assembly: AssemblyFixture(typeof(OracleFixture))]

namespace Platform.GraphQL.Tests.Oracle;

/// <summary>graphql-js in a process of its own, with the same schema and data as <see cref="Mirror"/>.</summary>
public sealed class OracleFixture : IAsyncLifetime
{
    private readonly SemaphoreSlim _turn = new(1);
    private Process? _node;

    public ValueTask InitializeAsync() => default;

    /// <summary>Asks many questions at once; answers in their order.</summary>
    public async Task<IReadOnlyList<JsonElement>> AskAsync(IReadOnlyList<object> questions)
    {
        await _turn.WaitAsync();
        try
        {
            if (_node is null)
            {
                _node = await NodePackages.StartAsync("oracle.mjs");
                await AskOneAsync([new { op = "schema", sdl = Mirror.Sdl, root = Mirror.Data }]);
            }

            return await AskOneAsync(questions);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_node is { } node)
        {
            node.StandardInput.Close();
            await node.WaitForExitAsync();
            node.Dispose();
        }
    }

    private async Task<IReadOnlyList<JsonElement>> AskOneAsync(IReadOnlyList<object> questions)
    {
        // Written while answers are read: pipes hold only so much.
        var written = Task.Run(async () =>
        {
            foreach (var question in questions)
            {
                await _node!.StandardInput.WriteLineAsync(JsonSerializer.Serialize(question));
            }

            await _node!.StandardInput.FlushAsync();
        });
        var answers = new List<JsonElement>();
        foreach (var _ in questions)
        {
            var line = await _node!.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException(await _node.StandardError.ReadToEndAsync());
            var answer = JsonElement.Parse(line);
            Assert.False(answer.TryGetProperty("fault", out var fault), fault.ToString());
            answers.Add(answer);
        }

        await written;
        return answers;
    }
}
