using Platform.ServiceDefaults;
using Platform.ThreatIntel;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("threatintel");
builder.AddThreatIntel();

var app = builder.Build();
app.UseServiceDefaults();
app.MapServiceDefaults();
app.MapApi(api => api.MapThreatIntel());

await app.RunAsync();
