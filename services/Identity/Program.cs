using Platform.Identity;
using Platform.Identity.Audit;
using Platform.Identity.Clients;
using Platform.Identity.Protocol;
using Platform.Identity.Roles;
using Platform.Identity.Sessions;
using Platform.Identity.SignIn;
using Platform.Identity.Users;
using Platform.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("identity");
builder.AddIdentity();

var app = builder.Build();
app.UseServiceDefaults();
app.MapServiceDefaults();
app.MapProtocol();
app.MapInternalSessions();
app.MapApi(api =>
{
    api.MapAuth();
    api.MapSessions();
    api.MapUsers();
    api.MapRoles();
    api.MapClients();
    api.MapAudit();
});

await app.RunAsync();
