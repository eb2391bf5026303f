using Platform.ServiceDefaults;
using Platform.Tenancy;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("tenancy");
builder.AddTenancy();

var app = builder.Build();
app.UseServiceDefaults();
app.MapServiceDefaults();
app.MapTenancy();
app.MapSemantics(typeof(TenancySetup).Assembly);

await app.RunAsync();
