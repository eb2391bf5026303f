using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Platform.ServiceDefaults;

namespace Platform.ThreatIntel.Storage;

/// <summary>Lets <c>dotnet ef</c> see the model without a host or a database.</summary>
internal sealed class ThreatIntelDbFactory : IDesignTimeDbContextFactory<ThreatIntelDb>
{
    public ThreatIntelDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<ThreatIntelDb>().UseNpgsql("Host=design;Database=threatintel").Options, new CallContext());
}
