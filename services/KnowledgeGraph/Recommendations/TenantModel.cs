using Platform.Contracts;

namespace Platform.KnowledgeGraph.Recommendations;

/// <summary>What was learned for one level of a tenant.</summary>
internal sealed class TenantModel
{
    private readonly Dictionary<int, int> _columns;

    public TenantModel(TlpLevel? level, Training training, InteractionMatrix matrix, int[] places, DateTimeOffset trainedAt)
    {
        (Level, Training, Places, TrainedAt) = (level, training, places, trainedAt);
        (Users, Entries) = (matrix.Users, matrix.Count);
        _columns = new Dictionary<int, int>(places.Length);
        for (var column = 0; column < places.Length; column++)
        {
            _columns[places[column]] = column;
        }
    }

    /// <summary>Null where the tenant's data has no threat objects, so that one model does for all levels.</summary>
    public TlpLevel? Level { get; }

    public Training Training { get; }

    /// <summary>The memory's place of each of the model's items.</summary>
    public int[] Places { get; }

    public DateTimeOffset TrainedAt { get; }

    public int Users { get; }

    public int Entries { get; }

    /// <summary>The model's own number of an item, or -1 for one that it does not know.</summary>
    public int ColumnOf(int place) => _columns.GetValueOrDefault(place, -1);
}
