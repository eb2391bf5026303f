using Platform.Contracts;

namespace Platform.Gateway.Streaming;

/// <summary>What a listener wants to hear: topics, and for each field of the data the values that will do.</summary>
internal sealed class Interest(TlpLevel clearance, IReadOnlySet<string> topics, IReadOnlyDictionary<string, IReadOnlySet<string>> filter)
{
    public static readonly IReadOnlyDictionary<string, IReadOnlySet<string>> Everything = new Dictionary<string, IReadOnlySet<string>>();

    public IReadOnlySet<string> Topics { get; } = topics;

    public bool Matches(StreamEvent happened)
    {
        if (!Topics.Contains(happened.Topic) || !happened.IsSeenAt(clearance))
        {
            return false;
        }

        foreach (var (field, values) in filter)
        {
            if (!happened.Has(field, values))
            {
                return false;
            }
        }

        return true;
    }
}
