using Platform.Identity;
using Platform.Identity.Audit;
using Platform.Identity.Browser;
using Platform.Identity.Clients;
using Platform.Identity.Devices;
using Platform.Identity.Mfa;
using Platform.Identity.Policies;
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
app.MapAccountLinks();
app.MapInternalSessions();
app.MapInternalClients();
app.MapApi(api =>
{
    api.MapAuth();
    api.MapSessions();
    api.MapMfa();
    api.MapDevices();
    api.MapPolicy();
    api.MapUsers();
    api.MapRoles();
    api.MapClients();
    api.MapAudit();
});

await app.RunAsync();
