namespace Platform.Aspire.Hosting.Local.Tests;

/// <summary>The variables are those that Aspire injects.</summary>
public sealed class EnvironmentTests
{
    [Fact]
    public async Task A_reference_to_a_database_gives_its_connection_string_and_its_properties()
    {
        await using var test = new TestApplication();
        var password = test.Builder.AddParameter("pw", "geheim", secret: true);
        var database = test.Builder.AddPostgres("pg", password: password).AddDatabase("identitydb", "identity");
        var service = test.AddShell("service", "true").WithReference(database);

        var variables = await test.VariablesOfAsync(service.Resource);

        Assert.Equal("Host=127.0.0.1;Port=5001;Username=postgres;Password=geheim;Database=identity", variables["ConnectionStrings__identitydb"]);
        Assert.Equal("127.0.0.1", variables["IDENTITYDB_HOST"]);
        Assert.Equal("5001", variables["IDENTITYDB_PORT"]);
        Assert.Equal("identity", variables["IDENTITYDB_DATABASENAME"]);
        Assert.Equal("postgresql://postgres:geheim@127.0.0.1:5001/identity", variables["IDENTITYDB_URI"]);
    }

    [Fact]
    public async Task Redis_and_RabbitMQ_have_the_forms_their_clients_read()
    {
        await using var test = new TestApplication();
        var password = test.Builder.AddParameter("pw", "geheim", secret: true);
        var cache = test.Builder.AddRedis("my-cache", password: password);
        var broker = test.Builder.AddRabbitMQ("broker", password: password);
        var service = test.AddShell("service", "true").WithReference(cache).WithReference(broker, connectionName: "bus");

        var variables = await test.VariablesOfAsync(service.Resource);

        Assert.Equal("127.0.0.1:5001,password=geheim", variables["ConnectionStrings__my-cache"]);
        Assert.Equal("redis://:geheim@127.0.0.1:5001", variables["MY_CACHE_URI"]);
        Assert.Equal("amqp://guest:geheim@127.0.0.1:5002", variables["ConnectionStrings__bus"]);
        Assert.Equal("guest", variables["BUS_USERNAME"]);
    }

    [Fact]
    public async Task A_reference_to_a_service_gives_its_address_twice()
    {
        await using var test = new TestApplication();
        var identity = test.Builder.AddProject("identity", "identity.csproj", launchProfileName: null).WithHttpEndpoint();
        var service = test.AddShell("service", "true").WithReference(identity);

        var variables = await test.VariablesOfAsync(service.Resource);

        Assert.Equal("http://127.0.0.1:5001", variables["services__identity__http__0"]);
        Assert.Equal("http://127.0.0.1:5001", variables["IDENTITY_HTTP"]);
    }

    [Fact]
    public async Task A_project_listens_on_its_web_endpoints_but_not_on_a_port_with_a_variable_of_its_own()
    {
        await using var test = new TestApplication();
        var project = test.Builder.AddProject("web", "web.csproj", launchProfileName: null)
            .WithHttpEndpoint(port: 7000)
            .WithExternalHttpEndpoints()
            .WithHttpEndpoint(name: "second")
            .WithHttpEndpoint(name: "management", env: "MANAGEMENT_PORT");

        var variables = await test.VariablesOfAsync(project.Resource);

        Assert.Equal("http://localhost:7000;http://127.0.0.1:5001", variables["ASPNETCORE_URLS"]);
        Assert.Equal("5002", variables["MANAGEMENT_PORT"]);
        Assert.Equal("true", variables["ASPNETCORE_FORWARDEDHEADERS_ENABLED"]);
    }

    [Fact]
    public async Task Telemetry_goes_where_the_setting_says_under_the_name_of_the_resource()
    {
        await using var test = new TestApplication();
        test.Builder.Configuration["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] = "http://127.0.0.1:4318";
        test.Builder.Configuration["AppHost:OtlpApiKey"] = "key";
        var project = test.Builder.AddProject("web", "web.csproj", launchProfileName: null);

        var variables = await test.VariablesOfAsync(project.Resource);

        Assert.Equal("http://127.0.0.1:4318", variables["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        Assert.Equal("http/protobuf", variables["OTEL_EXPORTER_OTLP_PROTOCOL"]);
        Assert.Equal("x-otlp-api-key=key", variables["OTEL_EXPORTER_OTLP_HEADERS"]);
        Assert.Equal("web", variables["OTEL_SERVICE_NAME"]);
        Assert.StartsWith("service.instance.id=", variables["OTEL_RESOURCE_ATTRIBUTES"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_setting_telemetry_goes_to_the_dashboard_with_its_key()
    {
        await using var test = new TestApplication(dashboard: true);
        var project = test.Builder.AddProject("web", "web.csproj", launchProfileName: null);
        var grpc = test.Builder.AddExecutable("tool", "/bin/true", ".").WithOtlpExporter(OtlpProtocol.Grpc);

        var variables = await test.VariablesOfAsync(project.Resource);
        var others = await test.VariablesOfAsync(grpc.Resource);

        Assert.StartsWith("http://localhost:", variables["OTEL_EXPORTER_OTLP_ENDPOINT"], StringComparison.Ordinal);
        Assert.Equal("http/protobuf", variables["OTEL_EXPORTER_OTLP_PROTOCOL"]);
        Assert.StartsWith("x-otlp-api-key=", variables["OTEL_EXPORTER_OTLP_HEADERS"], StringComparison.Ordinal);
        Assert.Equal("grpc", others["OTEL_EXPORTER_OTLP_PROTOCOL"]);
        Assert.NotEqual(variables["OTEL_EXPORTER_OTLP_ENDPOINT"], others["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        Assert.Equal(variables["OTEL_EXPORTER_OTLP_HEADERS"], others["OTEL_EXPORTER_OTLP_HEADERS"]);
    }

    [Theory]
    [InlineData(true, "true")]
    [InlineData(false, null)]
    public async Task Without_a_dashboard_or_with_signals_off_nothing_is_exported(bool dashboard, string? disabled)
    {
        await using var test = new TestApplication(dashboard);
        test.Builder.Configuration["OTEL_SDK_DISABLED"] = disabled;
        var project = test.Builder.AddProject("web", "web.csproj", launchProfileName: null);

        Assert.DoesNotContain("OTEL_EXPORTER_OTLP_ENDPOINT", await test.VariablesOfAsync(project.Resource));
    }

    [Fact]
    public async Task An_expression_is_resolved_late_and_can_encode_its_holes()
    {
        await using var test = new TestApplication();
        var secret = test.Builder.AddParameter("secret", "a/b c", secret: true);
        var web = test.AddShell("web", "true").WithHttpEndpoint();
        var service = test.AddShell("service", "true")
            .WithEnvironment("URL", $"{web.GetEndpoint("http")}/x?{{{secret.Resource:uri}}}")
            .WithEnvironment("PLAIN", secret);

        var variables = await test.VariablesOfAsync(service.Resource);

        Assert.Equal("http://127.0.0.1:5001/x?{a%2Fb%20c}", variables["URL"]);
        Assert.Equal("a/b c", variables["PLAIN"]);
    }
}
