using Platform.ServiceDefaults;
using Platform.ThreatIntel;
using Platform.ThreatIntel.Taxii;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("threatintel");
builder.AddThreatIntel();

var app = builder.Build();
app.UseServiceDefaults();
app.MapServiceDefaults();
app.MapApi(api => api.MapThreatIntel());
app.MapTaxii();
app.MapSemantics(typeof(ThreatIntelSetup).Assembly);

await app.RunAsync();
