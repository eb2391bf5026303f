using FluentValidation;
using Platform.ThreatIntel.Imports;

namespace Platform.ThreatIntel.Feeds;

/// <summary>A feed.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">taxii, json (a STIX bundle or MISP events), stix, misp, csv or text.</param>
/// <param name="Url">The document's address; of TAXII the collection's.</param>
/// <param name="IntervalSeconds">How often it is polled.</param>
/// <param name="Enabled">Whether it is polled on schedule.</param>
/// <param name="Mapping">Which column of a table is which.</param>
/// <param name="Delimiter">What stands between the cells of a table.</param>
/// <param name="Auth">How the source is told who asks, without the secret.</param>
/// <param name="AddedAfter">TAXII and MISP manifests: everything added or changed until then has been taken in.</param>
/// <param name="Failures">Runs that failed since the last one that did not; each makes the pause longer.</param>
/// <param name="NextPollAt">When it is due.</param>
/// <param name="LastPolledAt">When it was polled last.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When it was changed last.</param>
/// <param name="Version">Grows with each change by a client.</param>
internal sealed record FeedResource(
    Guid Id, string Name, string Kind, string Url, int IntervalSeconds, bool Enabled, string? Mapping, string? Delimiter, FeedAuthResource Auth, string? AddedAfter,
    int Failures, DateTimeOffset? NextPollAt, DateTimeOffset? LastPolledAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int Version)
{
    public static FeedResource From(Feed f) => new(
        f.Id, f.Name, f.Kind, f.Url, f.IntervalSeconds, f.Enabled, f.Mapping, f.Delimiter, new FeedAuthResource(f.AuthKind, f.AuthName, f.Secret is not null),
        f.AddedAfter, f.Failures, f.Enabled ? f.NextPollAt : null, f.LastPolledAt, f.CreatedAt, f.UpdatedAt, f.Version);
}

/// <summary>How a source is told who asks; the secret is never told again.</summary>
internal sealed record FeedAuthResource(string Kind, string? Name, bool HasSecret);

/// <summary>One look at the source.</summary>
/// <param name="Id">Its id.</param>
/// <param name="FeedId">The feed.</param>
/// <param name="Status">queued, running, completed or failed.</param>
/// <param name="Pages">Answers of the source.</param>
/// <param name="Imports">The imports by which the objects come in.</param>
/// <param name="Created">New objects so far.</param>
/// <param name="Updated">Objects of which a newer version came.</param>
/// <param name="Unchanged">Objects that stayed as they were.</param>
/// <param name="Failed">Objects that were refused; the imports say why.</param>
/// <param name="Message">Why the run failed.</param>
/// <param name="CreatedAt">When it was asked for or due.</param>
/// <param name="FinishedAt">When the source had been read.</param>
internal sealed record FeedRunResource(
    Guid Id, Guid FeedId, FeedRunStatus Status, int Pages, IReadOnlyList<Guid> Imports, long Created, long Updated, long Unchanged, long Failed,
    string? Message, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt)
{
    public static FeedRunResource From(FeedRun run, IReadOnlyDictionary<Guid, Import> imports)
    {
        var own = run.ImportIds.Where(imports.ContainsKey).Select(id => imports[id]).ToList();
        return new(
            run.Id, run.FeedId, run.Status, run.Pages, run.ImportIds, own.Sum(i => i.Created), own.Sum(i => i.Updated), own.Sum(i => i.Unchanged),
            own.Sum(i => i.Failed), run.Message, run.CreatedAt, run.FinishedAt);
    }
}

/// <summary>What a client may say of a feed.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">taxii, json, stix, misp, csv or text.</param>
/// <param name="Url">The document's address; of TAXII the collection's; of a MISP feed that of its <c>manifest.json</c>. Without a user name or password.</param>
/// <param name="IntervalSeconds">A minute to 30 days.</param>
/// <param name="Enabled">Whether it is polled on schedule.</param>
/// <param name="Mapping">csv: <c>field:column</c> pairs, as in imports.</param>
/// <param name="Delimiter">csv: one character; a comma where absent.</param>
/// <param name="Auth">How the source is told who asks.</param>
internal sealed record WriteFeed(
    string Name, string Kind, string Url, int IntervalSeconds = 3_600, bool Enabled = true, string? Mapping = null, string? Delimiter = null, WriteFeedAuth? Auth = null)
{
    public static WriteFeed Of(Feed f) => new(
        f.Name, f.Kind, f.Url, f.IntervalSeconds, f.Enabled, f.Mapping, f.Delimiter,
        f.AuthKind == FeedAuthKind.None ? null : new WriteFeedAuth(f.AuthKind, f.AuthName));

    /// <summary>Whether a secret that was given before goes on to be sent: to the same place in the same way, and to nobody else.</summary>
    public bool KeepsSecretOf(Feed f) => Auth is { Secret: null } auth && auth.Kind == f.AuthKind && auth.Name == f.AuthName
        && Uri.Compare(new Uri(Url), new Uri(f.Url), UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0;

    public void Write(Feed feed, FeedVault vault, DateTimeOffset now)
    {
        if (feed.Url != Url || feed.Kind != Kind)
        {
            // Another source is read from its beginning.
            (feed.AddedAfter, feed.Next, feed.LastAdded, feed.ETag, feed.LastModified) = (null, null, null, null, null);
            feed.NextPollAt = now;
        }
        else if (feed.LastPolledAt is { } last && feed.Failures == 0)
        {
            feed.NextPollAt = last + TimeSpan.FromSeconds(IntervalSeconds);
        }

        var keeps = feed.Secret is not null && KeepsSecretOf(feed);
        (feed.Name, feed.Kind, feed.Url, feed.IntervalSeconds, feed.Enabled) = (Name, Kind, Url, IntervalSeconds, Enabled);
        (feed.Mapping, feed.Delimiter) = (Mapping, Delimiter);
        (feed.AuthKind, feed.AuthName) = (Auth?.Kind ?? FeedAuthKind.None, Auth?.Name);
        feed.Secret = keeps ? feed.Secret : Auth?.Secret is { } secret ? vault.Seal(secret, feed) : null;
        feed.UpdatedAt = now;
        feed.Version++;
    }
}

/// <summary>How a source is told who asks.</summary>
/// <param name="Kind">none, basic, bearer or header.</param>
/// <param name="Name">The user's name, or the header's.</param>
/// <param name="Secret">The password, token or header value. Where it is absent, the one that was given before stays, for the same host only.</param>
internal sealed record WriteFeedAuth(string Kind, string? Name = null, string? Secret = null);

internal sealed class WriteFeedValidator : AbstractValidator<WriteFeed>
{
    public WriteFeedValidator()
    {
        RuleFor(f => f.Name).NotEmpty().MaximumLength(200);
        RuleFor(f => f.Kind).Must(kind => FeedKind.All.Contains(kind)).WithMessage($"must be one of {string.Join(", ", FeedKind.All)}");
        RuleFor(f => f.Url).MaximumLength(2_000).Must(IsUrl).WithMessage("must be an absolute http or https URL without a user name or fragment");
        RuleFor(f => f.IntervalSeconds).InclusiveBetween(60, 30 * 86_400);
        RuleFor(f => f.Mapping).MaximumLength(2_000);
        RuleFor(f => f.Delimiter).Must(delimiter => delimiter is null or { Length: 1 }).WithMessage("must be one character");
        RuleFor(f => f.Auth!).SetValidator(new WriteFeedAuthValidator()).When(f => f.Auth is not null);
    }

    private static bool IsUrl(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0 && url.Fragment.Length == 0;
}

internal sealed class WriteFeedAuthValidator : AbstractValidator<WriteFeedAuth>
{
    /// <summary>Headers that decide what a request is, and are not a source's to ask for.</summary>
    private static readonly string[] Taken = ["host", "content-length", "transfer-encoding", "connection", "accept", "te", "upgrade", "expect"];

    public WriteFeedAuthValidator()
    {
        RuleFor(a => a.Kind).Must(kind => FeedAuthKind.All.Contains(kind)).WithMessage($"must be one of {string.Join(", ", FeedAuthKind.All)}");
        RuleFor(a => a.Name).MaximumLength(200).NotEmpty().When(a => a.Kind is FeedAuthKind.Basic or FeedAuthKind.Header);
        RuleFor(a => a.Name).Must(name => !name!.Contains(':', StringComparison.Ordinal)).When(a => a is { Kind: FeedAuthKind.Basic, Name: not null }).WithMessage("must hold no colon");
        RuleFor(a => a.Name).Must(name => CanBeSent(name!))
            .When(a => a is { Kind: FeedAuthKind.Header, Name: not null }).WithMessage("is not the name of a header that can be sent");
        RuleFor(a => a.Secret).MaximumLength(8_000).Must(secret => secret?.All(c => c is >= ' ' and not (char)127) != false).WithMessage("must hold no control characters");
    }

    private static bool CanBeSent(string name) => name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') && !Taken.Contains(name.ToLowerInvariant());
}
