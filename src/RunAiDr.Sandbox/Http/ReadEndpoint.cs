using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Storage;

namespace RunAiDr.Sandbox.Http;

/// <summary>GET of one object and of lists.</summary>
internal sealed class ReadEndpoint(ObjectStore store, TimeProvider clock)
{
    private const int FlushSize = 256 * 1024;
    private static readonly TimeSpan FutureWait = TimeSpan.FromSeconds(3);

    public async Task GetAsync(HttpContext http, ResourceRequest request, ResourceType type, CancellationToken ct)
    {
        var form = Negotiation.FormOf(http.Request.Headers.Accept);
        if (form == AnswerForm.MetadataList)
        {
            throw Statuses.NotAcceptable($"you requested PartialObjectMetadataList, but the requested object is not a list (*core.{type.Kind.Kind})");
        }

        var version = (string?)http.Request.Query["resourceVersion"] ?? "";
        if (version.Length > 0)
        {
            await WaitForAsync(Revision(version), ct);
        }

        var stored = store.Find(type.Storage, request.Namespace, request.Name) ?? throw Statuses.NotFound(type.Kind, request.Name);
        if (request.Subresource == "scale")
        {
            await Answers.WriteAsync(http, 200, ScaleView.Of(stored.Read()), ct);
            return;
        }

        switch (form)
        {
            case AnswerForm.Metadata:
                await Answers.WriteAsync(http, 200, Representation.Metadata(stored), ct);
                break;
            case AnswerForm.Table:
                await Answers.WriteAsync(http, 200, Tables.Of(type, [stored], ListMetadata(stored.Revision), clock.GetUtcNow()), ct);
                break;
            default:
                await Answers.WriteAsync(http, 200, Representation.Bytes(type, stored), ct);
                break;
        }
    }

    public async Task ListAsync(HttpContext http, ResourceRequest request, ResourceType type, ListQuery query, CancellationToken ct)
    {
        var form = Negotiation.FormOf(http.Request.Headers.Accept);
        if (form == AnswerForm.Metadata)
        {
            throw Statuses.NotAcceptable($"you requested PartialObjectMetadata, but the requested object is a list (*core.{type.ListKind})");
        }

        var page = await ReadAsync(request, type, query, ct);
        switch (form)
        {
            case AnswerForm.MetadataList:
                await Answers.WriteAsync(http, 200, MetadataList(page), ct);
                break;
            case AnswerForm.Table:
                await Answers.WriteAsync(http, 200, Tables.Of(type, page.Objects, page.Metadata(type), clock.GetUtcNow()), ct);
                break;
            default:
                await WriteAsync(http, type, page, ct);
                break;
        }
    }

    /// <summary>The page that a list asks for.</summary>
    public async Task<Page> ReadAsync(ResourceRequest request, ResourceType type, ListQuery query, CancellationToken ct)
    {
        var fields = FieldSelector.Parse(query.Fields, type);
        var token = query.Continue.Length > 0 ? ContinueToken.Parse(query.Continue) : null;
        var revision = await RevisionOfAsync(query, token, ct);
        var start = token is null ? "" : token.Start + "\0";
        var snapshot = store.Snapshot(type.Storage, request.Namespace, start, revision) ?? throw Expired(token);
        var selective = !query.Labels.IsEverything || !fields.IsEverything;
        var matching = selective
            ? snapshot.Objects.FindAll(o => query.Labels.Matches(o.Labels) && fields.Matches(o))
            : snapshot.Objects;
        var limit = query.AnyVersion || query.Limit == 0 ? int.MaxValue : query.Limit;
        if (matching.Count <= limit)
        {
            return new Page(snapshot.Revision, matching, null, null);
        }

        var last = matching[limit - 1].Name;
        var relative = request.Namespace.Length > 0 ? last.Name : last.ToString();
        return new Page(
            snapshot.Revision, matching[..limit], new ContinueToken(snapshot.Revision, relative),
            selective ? null : matching.Count - limit);
    }

    /// <summary>Waits a moment for a revision to come; 504 when it does not.</summary>
    public async Task WaitForAsync(long revision, CancellationToken ct)
    {
        if (store.Revision >= revision)
        {
            return;
        }

        using var patience = new CancellationTokenSource(FutureWait, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        try
        {
            for (var next = store.Changed; store.Revision < revision; next = store.Changed)
            {
                await next.WaitAsync(either.Token);
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw Statuses.VersionOfTheFuture(revision, store.Revision);
        }
    }

    private static StatusException Expired(ContinueToken? token) => token is null
        ? Statuses.Expired("The resourceVersion for the provided list is too old.")
        : Statuses.Expired(
            "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
            (token with { Revision = -1 }).ToString());

    private static long Revision(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? revision
            : throw Statuses.BadRequest($"invalid resource version: resourceVersion: Invalid value: \"{text}\": strconv.ParseUint: parsing \"{text}\": invalid syntax");

    private static JsonObject ListMetadata(long revision) =>
        new() { ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture) };

    private static JsonObject MetadataList(Page page) => new()
    {
        ["kind"] = "PartialObjectMetadataList",
        ["apiVersion"] = "meta.k8s.io/v1",
        ["metadata"] = page.Metadata(null),
        ["items"] = page.Objects.Count == 0 ? null : new JsonArray([.. page.Objects.Select(Representation.Metadata)]),
    };

    private static async Task WriteAsync(HttpContext http, ResourceType type, Page page, CancellationToken ct)
    {
        http.Response.ContentType = "application/json";
        var output = http.Response.BodyWriter;
        var metadata = JsonText.Write(page.Metadata(type), type.IsCustom);
        Encoding.UTF8.GetBytes(
            type.IsCustom
                ? $"{{\"apiVersion\":\"{type.Kind.ApiVersion}\",\"items\":["
                : $"{{\"kind\":\"{type.ListKind}\",\"apiVersion\":\"{type.Kind.ApiVersion}\",\"metadata\":{Encoding.UTF8.GetString(metadata)},\"items\":[",
            output);
        for (var i = 0; i < page.Objects.Count; i++)
        {
            output.Write(i == 0 ? ""u8 : ","u8);
            Representation.WriteItem(output, type, page.Objects[i]);
            if (output.UnflushedBytes > FlushSize)
            {
                await output.FlushAsync(ct);
            }
        }

        Encoding.UTF8.GetBytes(
            type.IsCustom ? $"],\"kind\":\"{type.ListKind}\",\"metadata\":{Encoding.UTF8.GetString(metadata)}}}\n" : "]}\n", output);
        await output.FlushAsync(ct);
    }

    private async Task<long?> RevisionOfAsync(ListQuery query, ContinueToken? token, CancellationToken ct)
    {
        if (token is not null)
        {
            return query.ResourceVersion.Length > 0 && !query.AnyVersion
                ? throw Statuses.BadRequest("specifying resource version is not allowed when using continue")
                : token.Revision < 0 ? null : token.Revision;
        }

        if (query.ResourceVersion.Length == 0)
        {
            return null;
        }

        var revision = Revision(query.ResourceVersion);
        await WaitForAsync(revision, ct);

        // Without a match a limit makes the version an exact one: what clients from before the match existed rely on.
        return query.Match == "Exact" || (query.Match.Length == 0 && query is { Limit: > 0, AnyVersion: false }) ? revision : null;
    }
}

/// <summary>One page of a list. <paramref name="Remaining"/> is unknown (null) with a selector and on the last page.</summary>
internal sealed record Page(long Revision, List<StoredObject> Objects, ContinueToken? Next, int? Remaining)
{
    /// <summary>The list's metadata; lists of custom resources always say <c>continue</c>.</summary>
    public JsonObject Metadata(ResourceType? type)
    {
        var metadata = new JsonObject { ["resourceVersion"] = Revision.ToString(CultureInfo.InvariantCulture) };
        if (Next is not null || type?.IsCustom == true)
        {
            metadata["continue"] = Next?.ToString() ?? "";
        }

        if (Remaining is not null)
        {
            metadata["remainingItemCount"] = Remaining;
        }

        return metadata;
    }
}
