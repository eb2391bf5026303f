using Platform.KnowledgeGraph;
using Platform.KnowledgeGraph.Overview;
using Platform.KnowledgeGraph.Semantics;
using Platform.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("knowledgegraph");
builder.AddKnowledgeGraph();

var app = builder.Build();
app.UseServiceDefaults();
app.MapServiceDefaults();
app.MapApi(api => api.MapKnowledgeGraph());
app.MapGraphSemantics();
app.MapGraphVersion();

await app.RunAsync();
