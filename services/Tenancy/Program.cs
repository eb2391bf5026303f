using Platform.ServiceDefaults;
using Platform.Tenancy;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("tenancy");
builder.AddTenancy();

var app = builder.Build();
app.UseServiceDefaults();
app.MapServiceDefaults();
app.MapTenancy();

await app.RunAsync();

/// <summary>The service's entry point, for hosts that start it in a test.</summary>
public partial class Program;
