using Platform.Agent;
using Platform.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("agent");
builder.AddAgent();

var app = builder.Build();
app.UseServiceDefaults();
app.UseWebSockets();
app.MapServiceDefaults();
app.MapApi(api => api.MapAgent());

await app.RunAsync();
