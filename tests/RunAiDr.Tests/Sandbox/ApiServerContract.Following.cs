using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Sync;
using RunAiDr.Tests.Cluster;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Sandbox;

/// <summary>Watches through the product's own client.</summary>
public abstract partial class ApiServerContract
{
    [SkippableFact]
    public async Task What_happens_after_a_revision_is_told_in_order()
    {
        var ns = await Server.NamespaceAsync();
        var selection = new ListSelection(Kinds.ConfigMap, ns, "w=y");
        var revision = await RevisionAsync(selection);
        var one = Given.ConfigMap(ns, "one", "1");
        one.Metadata["labels"] = Json("""{"w":"y"}""");
        await CreateAsync(one);
        var following = FollowAsync(selection, revision, e => Name(e) == "two");
        await PatchAsync($"{ConfigMaps(ns)}/one", """{"data":{"k":"2"}}""");
        await PatchAsync($"{ConfigMaps(ns)}/one", """{"metadata":{"labels":{"w":"n"}}}""");
        await PatchAsync($"{ConfigMaps(ns)}/one", """{"metadata":{"labels":{"w":"y"}}}""");
        await Client.DeleteAsync(Kinds.ConfigMap, ns, "one", CancellationToken.None);
        var two = Given.ConfigMap(ns, "two", "1");
        two.Metadata["labels"] = Json("""{"w":"y"}""");
        await CreateAsync(two);

        var events = await following;

        Assert.Equal((WatchEventKind.Progress, revision), (events[0].Kind, events[0].Revision));
        Assert.Equal(
            ["Changed one 1", "Changed one 2", "Deleted one 2", "Changed one 2", "Deleted one 2", "Changed two 1"],
            Objects(events).Select(e => $"{e.Kind} {Name(e)} {Body(e)["data"]!["k"]}"));
        Assert.All(Objects(events), e => Assert.Equal(e.Revision, (string?)Body(e)["metadata"]!["resourceVersion"]));
        Assert.All(Objects(events), e => Assert.Equal("ConfigMap", (string?)Body(e)["kind"]));
    }

    [SkippableFact]
    public async Task A_followed_revision_from_before_what_the_server_remembers_is_expired()
    {
        var before = await RevisionAsync(new ListSelection(Kinds.Namespace));
        var group = await DefineAsync(WidgetDefinition());

        var events = await FollowAsync(new ListSelection(new(group, "v1", "Widget", "widgets", Namespaced: true)), before, _ => false);

        Assert.Equal(WatchEventKind.Expired, events[^1].Kind);
        Assert.DoesNotContain(events, e => e.Kind == WatchEventKind.Interrupted);
    }

    [SkippableFact]
    public async Task A_kind_that_is_deleted_while_it_is_followed_tells_its_objects_and_fails_by_name()
    {
        var ns = await Server.NamespaceAsync();
        var group = await DefineAsync(WidgetDefinition());
        var kind = new ResourceKind(group, "v1", "Widget", "widgets", Namespaced: true);
        var revision = await RevisionAsync(new ListSelection(kind));
        await CreateAsync(Widget(kind, ns, "w", "{}"));
        var seen = new List<WatchEvent>();
        var following = FollowAsync(new ListSelection(kind), revision, e =>
        {
            seen.Add(e);
            return false;
        });

        await Http.DeleteAsync($"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.{group}");

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => following);
        Assert.Equal(Fault.ClusterRefused, failure.Fault);
        Assert.Contains($"watch widgets.{group}", failure.Message, StringComparison.Ordinal);
        Assert.Equal(WatchEventKind.Changed, Objects(seen).First().Kind);
        Assert.Equal(WatchEventKind.Deleted, Objects(seen).Last().Kind);
    }

    [SkippableFact]
    public async Task Thousands_of_writes_are_all_told()
    {
        const int Count = 2000;
        var ns = await Server.NamespaceAsync();
        var selection = new ListSelection(Kinds.ConfigMap, ns);
        var revision = await RevisionAsync(selection);
        var following = FollowAsync(selection, revision, e => Name(e) == "last");

        await Parallel.ForAsync(0, Count, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) =>
            await CreateAsync(Given.ConfigMap(ns, $"n{i}", $"{i}")));
        await CreateAsync(Given.ConfigMap(ns, "last", "1"));

        var events = Objects(await following).ToList();
        var own = events.Where(e => Name(e).StartsWith('n')).Select(Name).ToList();
        Assert.Equal(Count, own.Count);
        Assert.Equal(Count, own.Distinct(StringComparer.Ordinal).Count());
        var revisions = events.Select(e => Number(e.Revision)).ToList();
        Assert.Equal(revisions.Order(), revisions);
    }

    [SkippableFact]
    public async Task One_resource_is_read_as_it_is_stored()
    {
        var ns = await Server.NamespaceAsync();
        await CreateAsync(Given.ConfigMap(ns, "one", "1"));

        var read = await Client.ReadAsync(Kinds.ConfigMap, ns, "one", CancellationToken.None);

        Assert.Equal("1", (string?)JsonNode.Parse(read!.Value.Span)!["data"]!["k"]);
        Assert.Null(await Client.ReadAsync(Kinds.ConfigMap, ns, "other", CancellationToken.None));
    }

    private static IEnumerable<WatchEvent> Objects(IEnumerable<WatchEvent> events) => events.Where(e => !e.Resource.IsEmpty);

    private static JsonNode Body(WatchEvent happened) => JsonNode.Parse(happened.Resource.Span)!;

    private static string Name(WatchEvent happened) =>
        happened.Resource.IsEmpty ? "" : (string)Body(happened)["metadata"]!["name"]!;

    private async Task<string> RevisionAsync(ListSelection selection)
    {
        var revision = "";
        await foreach (var page in Client.ReadCutAsync([selection], CancellationToken.None))
        {
            revision = page.Revision;
        }

        return revision;
    }

    private async Task<List<WatchEvent>> FollowAsync(ListSelection selection, string revision, Func<WatchEvent, bool> last)
    {
        var events = new List<WatchEvent>();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await foreach (var happened in Client.WatchAsync(selection, revision, patience.Token))
        {
            events.Add(happened);
            if (last(happened))
            {
                break;
            }
        }

        return events;
    }
}
