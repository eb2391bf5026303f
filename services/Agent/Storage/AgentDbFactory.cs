using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Platform.ServiceDefaults;

namespace Platform.Agent.Storage;

/// <summary>Lets <c>dotnet ef</c> build the model without starting the service or reaching a database.</summary>
internal sealed class AgentDbFactory : IDesignTimeDbContextFactory<AgentDb>
{
    public AgentDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<AgentDb>().UseNpgsql("Host=localhost;Database=agent").Options, new CallContext());
}
