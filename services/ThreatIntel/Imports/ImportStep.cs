using Platform.ThreatIntel.Objects;

namespace Platform.ThreatIntel.Imports;

/// <summary>What one transaction of an import did.</summary>
internal sealed class ImportStep(long end, IEnumerable<ImportFault> faults)
{
    /// <summary>The index from which the import would go on.</summary>
    public long End => end;

    public long Created { get; private set; }

    public long Updated { get; private set; }

    /// <summary>Objects that stay as they are, older versions of them included.</summary>
    public long Unchanged { get; private set; }

    public List<ImportFault> Faults { get; } = [.. faults];

    public bool HasChanges => Created + Updated > 0;

    public void Add(MergeOutcome outcome, IncomingObject item, string path)
    {
        switch (outcome)
        {
            case MergeOutcome.Created:
                Created++;
                break;
            case MergeOutcome.Updated:
                Updated++;
                break;
            case MergeOutcome.AboveClearance:
                Faults.Add(new ImportFault(item.Index, item.StixId, path + ".object_marking_refs", "The object is marked above your clearance."));
                break;
            case MergeOutcome.Conflict:
                Faults.Add(new ImportFault(item.Index, item.StixId, path + ".modified", "The bundle holds this version of the object twice, with different content."));
                break;
            default:
                Unchanged++;
                break;
        }
    }
}
