using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Platform.ServiceDefaults;

namespace Platform.Identity.Storage;

/// <summary>Lets <c>dotnet ef</c> build the model without a running host or database.</summary>
internal sealed class IdentityDbFactory : IDesignTimeDbContextFactory<IdentityDb>
{
    public IdentityDb CreateDbContext(string[] args) => new(
        new DbContextOptionsBuilder<IdentityDb>().UseNpgsql("Host=localhost;Database=identity").Options, new CallContext(), TimeProvider.System);
}
