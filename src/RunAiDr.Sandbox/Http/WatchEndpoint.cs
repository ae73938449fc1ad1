using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using RunAiDr.Sandbox.Controllers;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Storage;

namespace RunAiDr.Sandbox.Http;

/// <summary>Watches: one JSON object per line until <c>timeoutSeconds</c>.</summary>
internal sealed class WatchEndpoint(ObjectStore store, KindRegistry kinds, ReadEndpoint reader, TimeProvider clock)
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan BookmarkPeriod = TimeSpan.FromMinutes(1);

    public async Task WatchAsync(HttpContext http, ResourceRequest request, ResourceType type, ListQuery query, CancellationToken ct)
    {
        if (query.ResourceVersion.Length > 0 && !long.TryParse(query.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            throw Statuses.Internal($"resourceVersion: Invalid value: \"{query.ResourceVersion}\": strconv.ParseUint: parsing \"{query.ResourceVersion}\": invalid syntax");
        }

        var fields = FieldSelector.Parse(query.Fields, type);
        var form = Negotiation.FormOf(http.Request.Headers.Accept);
        http.Response.ContentType = "application/json";
        await http.Response.StartAsync(ct);

        // Who watches a quiet kind wants to know that the watch has begun: headers wait for bytes otherwise.
        await http.Response.BodyWriter.FlushAsync(ct);
        var stream = new WatchStream(http.Response.BodyWriter, type, form, clock);
        using var end = new CancellationTokenSource(query.Timeout ?? DefaultTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, end.Token);
        var watch = new Watch(request, type, query, fields, stream);
        try
        {
            watch = await BeginAsync(watch, ct);
            await FollowAsync(watch, either.Token);
        }
        catch (StatusException failure)
        {
            await stream.ErrorAsync(failure.Status, ct);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            await LastBookmarkAsync(watch, ct);
        }
    }

    /// <summary>Sends what exists when that was asked for.</summary>
    private async Task<Watch> BeginAsync(Watch watch, CancellationToken ct)
    {
        var query = watch.Query;
        var initial = query.SendInitialEvents == true || (query.SendInitialEvents is null && query.ResourceVersion is "" or "0");
        var asked = query.ResourceVersion.Length == 0 ? 0 : long.Parse(query.ResourceVersion, CultureInfo.InvariantCulture);
        if (!initial)
        {
            if (asked != 0 && watch.Type.IsCustom && asked < BeganAt(watch.Type))
            {
                throw Statuses.Expired($"too old resource version: {asked} ({BeganAt(watch.Type)})");
            }

            if (asked != 0 && store.IsCompacted(asked))
            {
                throw TooOld();
            }

            var from = asked == 0 ? store.Revision : asked;
            return watch with { Start = from, Sent = from };
        }

        if (query.SendInitialEvents == true)
        {
            await reader.WaitForAsync(asked, ct);
        }

        var snapshot = store.Snapshot(watch.Type.Storage, watch.Request.Namespace, "", null)
            ?? throw new InvalidOperationException("the newest revision is never compacted");
        foreach (var stored in snapshot.Objects.Where(watch.Wants))
        {
            watch.Stream.Event("ADDED", stored, stored.Revision);
        }

        if (query is { SendInitialEvents: true, AllowBookmarks: true })
        {
            watch.Stream.Bookmark(snapshot.Revision, initialEventsEnd: true);
        }

        await watch.Stream.FlushAsync(ct);
        return watch with { Start = snapshot.Revision, Sent = snapshot.Revision };
    }

    /// <summary>
    /// A custom kind is watched from its definition, or the last change of it, on: what happened before is not kept.
    /// </summary>
    private long BeganAt(ResourceType type)
    {
        var definition = store.Find(CrdController.Storage, "", type.Kind.QualifiedName);
        while (definition?.Previous is { Body: not null } before
            && JsonNode.DeepEquals(before.Read()["spec"], definition.Read()["spec"]))
        {
            definition = before;
        }

        return definition?.Revision ?? 0;
    }

    private async Task FollowAsync(Watch watch, CancellationToken ct)
    {
        var period = Task.Delay(BookmarkPeriod, clock, ct);
        while (true)
        {
            var (known, next) = Send(watch) ?? throw TooOld();
            if (period.IsCompletedSuccessfully)
            {
                Bookmark(watch, known);
                period = Task.Delay(BookmarkPeriod, clock, ct);
            }

            await watch.Stream.FlushAsync(ct);
            var redefined = watch.Type.IsCustom ? store.Changes(CrdController.Storage, long.MaxValue)?.Next ?? next : next;
            if (IsGone(watch.Type, watch.Request))
            {
                return;
            }

            await Task.WhenAny(next, period, redefined);
            ct.ThrowIfCancellationRequested();
        }
    }

    private bool IsGone(ResourceType type, ResourceRequest request) => type.IsCustom
        && (kinds.Find(request.Group, request.Version, request.Plural) is null
            || store.Find(CrdController.Storage, "", type.Kind.QualifiedName) is null);

    /// <summary>
    /// Sends what is new; gives the revision that the watcher now knows and a task that ends with the next change. Null:
    /// the watcher is too far behind.
    /// </summary>
    private (long Known, Task Next)? Send(Watch watch)
    {
        if (store.Changes(watch.Type.Storage, watch.Sent) is not var (newest, changes, next))
        {
            return null;
        }

        foreach (var change in changes)
        {
            watch.Sent = change.Revision;
            watch.Send(change);
        }

        return (newest, next);
    }

    private async Task LastBookmarkAsync(Watch watch, CancellationToken ct)
    {
        if (Send(watch) is not var (known, _))
        {
            return;
        }

        Bookmark(watch, known);
        await watch.Stream.FlushAsync(ct);
    }

    private static void Bookmark(Watch watch, long known)
    {
        if (watch.Query.AllowBookmarks && known > watch.Start)
        {
            watch.Stream.Bookmark(known, initialEventsEnd: false);
        }
    }

    private static StatusException TooOld() => Statuses.Expired("The resourceVersion for the provided watch is too old.");

    private sealed record Watch(ResourceRequest Request, ResourceType Type, ListQuery Query, FieldSelector Fields, WatchStream Stream)
    {
        /// <summary>The revision it began at.</summary>
        public long Start { get; init; }

        /// <summary>The newest change that was looked at.</summary>
        public long Sent { get; set; }

        public bool Wants(StoredObject? stored) => stored?.Body is not null && Query.Labels.Matches(stored.Labels) && Fields.Matches(stored);

        public void Send(StoredChange change)
        {
            if (Request.Namespace.Length > 0 && change.After.Name.Namespace != Request.Namespace)
            {
                return;
            }

            switch (Wants(change.Before), Wants(change.After))
            {
                case (false, true):
                    Stream.Event("ADDED", change.After, change.Revision);
                    break;
                case (true, true):
                    Stream.Event("MODIFIED", change.After, change.Revision);
                    break;
                case (true, false) when change.Before is not null:
                    Stream.Event("DELETED", change.Before, change.Revision);
                    break;
            }
        }
    }
}

/// <summary>Writes watch events.</summary>
internal sealed class WatchStream(PipeWriter output, ResourceType type, AnswerForm form, TimeProvider clock)
{
    /// <summary>A deletion shows the last state with the revision of the deletion.</summary>
    public void Event(string name, StoredObject stored, long revision)
    {
        if (form is AnswerForm.Plain && stored.Revision == revision)
        {
            output.Write("{\"type\":\""u8);
            Encoding.UTF8.GetBytes(name, output);
            output.Write("\",\"object\":"u8);
            output.Write(Representation.Bytes(type, stored).Span);
            output.Write("}\n"u8);
            return;
        }

        var body = form is AnswerForm.Plain ? Representation.Read(type, stored) : Representation.Metadata(stored);
        if (body["metadata"] is JsonObject metadata)
        {
            metadata["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture);
        }

        Line(name, form is AnswerForm.Table ? Table(body) : body);
    }

    public void Bookmark(long revision, bool initialEventsEnd)
    {
        var metadata = new JsonObject { ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture) };
        if (initialEventsEnd)
        {
            metadata["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        }

        var plain = form is AnswerForm.Plain;
        var body = new JsonObject
        {
            ["kind"] = plain ? type.Kind.Kind : "PartialObjectMetadata",
            ["apiVersion"] = plain ? type.Kind.ApiVersion : "meta.k8s.io/v1",
            ["metadata"] = metadata,
        };
        if (plain && type.Kind.Kind is "RoleBinding" or "ClusterRoleBinding")
        {
            // Required fields of a typed object are written even when it is empty.
            body["roleRef"] = new JsonObject { ["apiGroup"] = "", ["kind"] = "", ["name"] = "" };
        }

        Line("BOOKMARK", body);
    }

    public async Task ErrorAsync(JsonObject status, CancellationToken ct)
    {
        Line("ERROR", status.DeepClone());
        await FlushAsync(ct);
    }

    public async Task FlushAsync(CancellationToken ct)
    {
        if (output.UnflushedBytes > 0)
        {
            await output.FlushAsync(ct);
        }
    }

    private JsonObject Table(JsonObject metadata) => new()
    {
        ["kind"] = "Table",
        ["apiVersion"] = "meta.k8s.io/v1",
        ["metadata"] = new JsonObject(),
        ["columnDefinitions"] = Tables.Columns(),
        ["rows"] = new JsonArray(Tables.Row(metadata, clock.GetUtcNow())),
    };

    private void Line(string name, JsonNode body)
    {
        JsonText.Write(output, new JsonObject { ["type"] = name, ["object"] = body });
        output.Write("\n"u8);
    }
}
