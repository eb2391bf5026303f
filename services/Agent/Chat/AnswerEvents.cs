using System.Text.Json.Nodes;
using System.Threading.Channels;
using Platform.Agent.Storage;

namespace Platform.Agent.Chat;

/// <summary>
/// The events of one answer on their way out, and a journal of them. An answer that goes on after it was broken off is
/// made again from its question: as long as it says what was said before, nothing is sent twice; where it differs, it
/// says so and begins anew.
/// </summary>
internal sealed class AnswerEvents
{
    /// <summary>What differs from one run to the next without meaning anything.</summary>
    private const string Duration = "duration_ms";

    private static readonly StatusEvent Restarted = new("restarted");

    private readonly ChannelWriter<ChatEvent> _channel;
    private readonly List<StreamedEvent> _journal;
    private readonly List<ChatEvent> _heldBack = [];
    private readonly int _earlier;
    private int _matched;
    private bool _isNew;

    /// <param name="channel">Where events go.</param>
    /// <param name="earlier">What was sent before.</param>
    /// <param name="anew">Whether nothing of that is said again.</param>
    public AnswerEvents(ChannelWriter<ChatEvent> channel, IReadOnlyList<StreamedEvent>? earlier = null, bool anew = true)
    {
        _channel = channel;
        _journal = [.. earlier ?? []];
        _earlier = _journal.Count;
        _isNew = anew || _earlier == 0;
    }

    /// <summary>All that was sent, in order.</summary>
    public IReadOnlyList<StreamedEvent> Journal => _journal;

    public async ValueTask WriteAsync(ChatEvent chatEvent, CancellationToken ct) => await SendAsync(Admit(chatEvent), ct);

    /// <summary>Notes an event; gives what of it is news to the client, to be sent when it is certain.</summary>
    public IReadOnlyList<ChatEvent> Admit(ChatEvent chatEvent)
    {
        if (_isNew)
        {
            return Note([chatEvent]);
        }

        if (_matched < _earlier && Same(_journal[_matched], TypedEvents.Of(chatEvent)))
        {
            _matched++;
            _heldBack.Add(chatEvent);
            return [];
        }

        _isNew = true;
        return _matched == _earlier ? Note([chatEvent]) : Note([Restarted, .. _heldBack, chatEvent]);
    }

    public async ValueTask SendAsync(IReadOnlyList<ChatEvent> admitted, CancellationToken ct)
    {
        foreach (var chatEvent in admitted)
        {
            await _channel.WriteAsync(chatEvent, ct);
        }
    }

    private List<ChatEvent> Note(List<ChatEvent> news)
    {
        foreach (var chatEvent in news)
        {
            _journal.Add(TypedEvents.Of(chatEvent));
        }

        return news;
    }

    private static bool Same(StreamedEvent a, StreamedEvent b) => a.Name == b.Name && JsonNode.DeepEquals(Lasting(a), Lasting(b));

    private static JsonNode? Lasting(StreamedEvent streamed)
    {
        var node = JsonNode.Parse(streamed.Data.GetRawText());
        (node as JsonObject)?.Remove(Duration);
        return node;
    }
}
