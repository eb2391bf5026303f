using System.Net.Http.Headers;
using System.Security.Cryptography;
using FluentValidation;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Configuration;
using Platform.Contracts.Tenancy;
using Platform.ServiceDefaults;
using Platform.TestSupport;

namespace Platform.IntegrationTests.ServiceDefaults;

/// <summary>The smallest service there can be: notes, on everything that ServiceDefaults gives.</summary>
internal sealed class SampleService : IAsyncDisposable
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly WebApplication _app;

    private SampleService(WebApplication app, TestDatabase database)
    {
        _app = app;
        Database = database;
    }

    public TestDatabase Database { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<SampleService> StartAsync(Stack stack)
    {
        var database = await stack.CreateDatabaseAsync("sample");
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseTestServer();
        var key = RandomNumberGenerator.GetBytes(32);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:sampledb"] = database.Owner,
            ["ConnectionStrings:rabbitmq"] = await stack.ConnectionAsync("rabbitmq"),
            ["InternalAuth:Key"] = Convert.ToBase64String(key),
            ["Messaging:Prefix"] = database.Name,
            ["Logging:LogLevel:Default"] = "Warning",
        });
        builder.AddServiceDefaults("sample");
        builder.AddNpgsqlDbContext<SampleDb>("sampledb");
        builder.AddMessaging<SampleDb>("sample", m => m.AddBatchConsumer<TenantRenamedConsumer, TenantUpdated>());
        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapServiceDefaults();
        app.MapApi(api => api.MapNotes());
        await app.StartAsync();
        var service = new SampleService(app, database);
        key.CopyTo(service._key, 0);
        return service;
    }

    public HttpClient ClientFor(Caller caller)
    {
        var client = _app.GetTestClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer", InternalTokens.Issue(caller, "sample", _key, TimeProvider.System.GetUtcNow()));
        return client;
    }

    public HttpClient Anonymous() => _app.GetTestClient();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await Database.DisposeAsync();
    }
}

internal sealed class Note
{
    public Guid Id { get; set; }
    public Guid TenantId { get; set; }
    public string Text { get; set; } = "";
    public int Rank { get; set; }
}

internal sealed class SampleDb(DbContextOptions<SampleDb> options, CallContext call) : PlatformDbContext(options, call)
{
    public DbSet<Note> Notes => Set<Note>();

    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) =>
        optionsBuilder.ConfigureWarnings(w => w.Ignore(RelationalEventId.PendingModelChangesWarning));

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.Entity<Note>().ToTable("notes").Property(n => n.Rank).IsConcurrencyToken();
        UseSnakeCase(modelBuilder);
    }
}

[DbContext(typeof(SampleDb))]
[Migration("20260101000000_Initial")]
internal sealed class Initial : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql("""
            CREATE TABLE notes (id uuid PRIMARY KEY, tenant_id uuid NOT NULL, text text NOT NULL, rank int NOT NULL);
            CREATE TABLE outbox (id uuid PRIMARY KEY, tenant_id uuid NOT NULL, type text NOT NULL, body text NOT NULL, actor text, trace_parent text,
                order_key text, occurred_at timestamptz NOT NULL, attempts int NOT NULL, next_attempt_at timestamptz, parked_at timestamptz, last_error text);
            CREATE TABLE inbox (message_id uuid, consumer text, processed_at timestamptz NOT NULL, PRIMARY KEY (message_id, consumer));
            CREATE TABLE idempotency_keys (tenant_id uuid, caller text, key text, request_hash bytea NOT NULL, status int NOT NULL,
                headers jsonb NOT NULL, body bytea NOT NULL, created_at timestamptz NOT NULL, PRIMARY KEY (tenant_id, caller, key));
            """);
        migrationBuilder.SecureSharedTables();
        migrationBuilder.IsolateTenants("notes");
    }
}

internal sealed record CreateNote(string? Text, int Rank, bool Announce);

internal sealed class CreateNoteValidator : AbstractValidator<CreateNote>
{
    public CreateNoteValidator()
    {
        RuleFor(n => n.Text).NotEmpty().MaximumLength(100);
        RuleFor(n => n.Rank).InclusiveBetween(0, 1000);
    }
}

internal sealed record NoteView(Guid Id, string Text, int Rank);

internal static class NoteEndpoints
{
    private static readonly Sorts<Note> Sorts = Sorts<Note>.By(n => n.Id).Add("rank", n => n.Rank).Add("text", n => n.Text).Default("rank");

    public static void MapNotes(this Microsoft.AspNetCore.Routing.IEndpointRouteBuilder api)
    {
        api.MapGet("/notes", List).RequirePermission("read:notes").WithPaging(defaultLimit: 5, maxLimit: 50);
        api.MapGet("/notes/{id:guid}", Get).RequirePermission("read:notes");
        api.MapPost("/notes", Create).RequirePermission("write:notes").WithIdempotency();
        api.MapGet("/open", () => TypedResults.Ok("open")).AllowAnonymous();
    }

    private static async Task<PageResult<NoteView>> List(PageRequest page, SampleDb db, CancellationToken ct) =>
        (await db.Notes.ToPageAsync(page, Sorts, ct)).Select(View).ToResult();

    private static async Task<Results<Ok<NoteView>, FaultResult>> Get(Guid id, SampleDb db, CancellationToken ct) =>
        await db.Notes.FindAsync([id], ct) is { } note ? TypedResults.Ok(View(note)) : Faults.NotFound("note");

    private static async Task<Created<NoteView>> Create(Body<CreateNote> body, SampleDb db, CallContext call, CancellationToken ct)
    {
        var note = new Note { Id = Guid.CreateVersion7(), TenantId = call.TenantId, Text = body.Value.Text!, Rank = body.Value.Rank };
        db.Notes.Add(note);
        if (body.Value.Announce)
        {
            db.Publish(new TenantUpdated(call.TenantId, note.Text, "slug", "starter"), "notes");
        }

        await db.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/v2/notes/{note.Id}", View(note));
    }

    private static NoteView View(Note note) => new(note.Id, note.Text, note.Rank);
}

/// <summary>Writes what it hears back as a note, so that a test sees each message's effect exactly once.</summary>
internal sealed class TenantRenamedConsumer(Inbox<SampleDb> inbox) : IConsumer<Batch<TenantUpdated>>
{
    public Task Consume(ConsumeContext<Batch<TenantUpdated>> context) => inbox.ProcessAsync(context, nameof(TenantRenamedConsumer), (db, _, messages, _) =>
    {
        foreach (var message in messages)
        {
            db.Notes.Add(new Note { Id = Guid.CreateVersion7(), TenantId = message.TenantId, Text = "heard " + message.Event.Name, Rank = 1000 });
        }

        return Task.CompletedTask;
    });
}
