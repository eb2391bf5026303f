using System.Globalization;
using Platform.ServiceDefaults;

namespace Platform.Agent.Chat;

/// <summary>The id of an event of the typed profile: <c>{answer}-{number}</c>.</summary>
/// <param name="AnswerId">The answer.</param>
/// <param name="Number">Which of its events, from 1.</param>
internal readonly record struct LastEventId(Guid AnswerId, int Number)
{
    public const string Header = "Last-Event-ID";
    private const int IdLength = 32;

    /// <summary>The id that a client names, if it names one; 422 when it is none of ours.</summary>
    public static LastEventId? Of(HttpRequest request)
    {
        var text = request.Headers[Header].ToString();
        return text.Length == 0 ? null
            : TryParse(text, out var id) ? id
            : throw new FaultException(Faults.ValidationFault(Header, "must be the id of an event of the typed profile"));
    }

    public static bool TryParse(string text, out LastEventId id)
    {
        id = default;
        if (text.Length < IdLength + 2 || text[IdLength] != '-' || !Guid.TryParseExact(text.AsSpan(0, IdLength), "N", out var answer)
            || !int.TryParse(text.AsSpan(IdLength + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        id = new LastEventId(answer, number);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{AnswerId:N}-{Number}");
}
