using System.Globalization;
using System.Text.Json.Nodes;
using RunAiDr.Cluster;
using RunAiDr.Core.Export;
using RunAiDr.Tests.Cluster;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Sandbox;

public abstract partial class ApiServerContract
{
    [SkippableFact]
    public async Task A_cut_over_kinds_and_pages_holds_one_revision_while_others_write()
    {
        var ns = await Server.NamespaceAsync();
        for (var i = 0; i < 7; i++)
        {
            await CreateAsync(Given.ConfigMap(ns, $"c{i}", "before"));
            await CreateAsync(Given.Binding(ns, $"b{i}", "view", "before"));
        }

        using var client = new ClusterClient(Server.Connection with { PageSize = 3 }, TimeProvider.System);
        var revisions = new HashSet<string>(StringComparer.Ordinal);
        var seen = new List<string>();
        var pages = 0;
        ListSelection[] selections = [new(Kinds.ConfigMap, ns), new(Kinds.Secret, ns), new(Kinds.RoleBinding, ns)];
        await foreach (var page in client.ReadCutAsync(selections, CancellationToken.None))
        {
            if (pages++ == 0)
            {
                await ChangeEverythingAsync(ns);
            }

            revisions.Add(page.Revision);
            seen.AddRange(page.Items.Select(item => JsonNode.Parse(item.Span)!)
                .Where(item => (string?)item["metadata"]!["name"] != "kube-root-ca.crt")
                .Select(item => $"{item["metadata"]!["name"]} {item["data"]?["k"] ?? item["subjects"]?[0]!["name"]}"));
        }

        Assert.Single(revisions);
        Assert.True(pages >= 7, $"{pages} pages");
        Assert.Equal(
            [.. Enumerable.Range(0, 7).Select(i => $"b{i} before"), .. Enumerable.Range(0, 7).Select(i => $"c{i} before")],
            seen.Order(StringComparer.Ordinal));
    }

    [SkippableFact]
    public async Task A_list_goes_on_with_limit_and_continue_alone()
    {
        var (path, revision) = await FiveConfigMapsAsync();
        var first = (await Http.GetAsync($"{path}&limit=2&resourceVersion={revision}&resourceVersionMatch=Exact")).Json;
        var token = (string?)first["metadata"]!["continue"];
        var second = (await Http.GetAsync($"{path}&limit=2&continue={token}")).Json;
        var last = (await Http.GetAsync($"{path}&limit=2&continue={(string?)second["metadata"]!["continue"]}")).Json;

        Assert.All([first, second, last], page => Assert.Equal(revision, (string?)page["metadata"]!["resourceVersion"]));
        Assert.Equal([["a0", "a1"], ["a2", "a3"], ["a4"]], new[] { first, second, last }.Select(Names));
        Assert.Null(last["metadata"]!["continue"]);
        Assert.Null(first["items"]![0]!["kind"]);
        AssertStatus(await Http.GetAsync($"{path}&limit=2&continue={token}&resourceVersion={revision}"), 400, "BadRequest");
        AssertStatus(await Http.GetAsync($"{path}&limit=2&continue={token}&resourceVersionMatch=Exact"), 422, "Invalid", "ListOptions");
        AssertStatus(await Http.GetAsync($"{path}&limit=2&continue=nonsense"), 400, "BadRequest");
    }

    [SkippableTheory]
    [InlineData("resourceVersionMatch=Exact", 422, "Invalid", "ListOptions")]
    [InlineData("resourceVersionMatch=NotOlderThan", 422, "Invalid", "ListOptions")]
    [InlineData("resourceVersion=0&resourceVersionMatch=Exact", 422, "Invalid", "ListOptions")]
    [InlineData("resourceVersion=5&resourceVersionMatch=Newest", 422, "Invalid", "ListOptions")]
    [InlineData("resourceVersion=abc", 400, "BadRequest", null)]
    [InlineData("resourceVersion=-1", 400, "BadRequest", null)]
    [InlineData("labelSelector=a%3D%3D%3Db", 400, "BadRequest", null)]
    [InlineData("labelSelector=a%20in%20b", 400, "BadRequest", null)]
    [InlineData("labelSelector=-bad-%3Db", 400, "BadRequest", null)]
    [InlineData("fieldSelector=data.k%3D1", 400, "BadRequest", null)]
    public async Task A_list_with_wrong_options_is_refused(string options, int code, string reason, string? kind)
    {
        AssertStatus(await Http.GetAsync($"/api/v1/namespaces/default/configmaps?{options}"), code, reason, kind);
    }

    [SkippableFact]
    public async Task An_exact_revision_of_the_future_is_a_timeout_that_tells_its_cause()
    {
        var answer = await Http.GetAsync("/api/v1/namespaces/default/configmaps?resourceVersion=999999999&resourceVersionMatch=Exact");

        AssertStatus(answer, 504, "Timeout");
        Assert.Equal("ResourceVersionTooLarge", (string?)answer.Json["details"]!["causes"]![0]!["reason"]);
    }

    [SkippableFact]
    public async Task A_namespace_that_does_not_exist_lists_as_empty()
    {
        var answer = await Http.GetAsync($"/api/v1/namespaces/{Server.Unique("absent")}/configmaps");

        Assert.Equal(200, answer.Code);
        Assert.Empty(answer.Json["items"]!.AsArray());
        Assert.Equal("ConfigMapList", (string?)answer.Json["kind"]);
    }

    [SkippableTheory]
    [InlineData("app=x", "a d")]
    [InlineData("app!=x", "b c")]
    [InlineData("app", "a b d")]
    [InlineData("!app", "c")]
    [InlineData("app in (x,y)", "a b d")]
    [InlineData("app notin (x)", "b c")]
    [InlineData("app=x,tier=web", "d")]
    [InlineData("", "a b c d")]
    public async Task Label_selectors_choose(string selector, string names)
    {
        var ns = await Server.NamespaceAsync();
        foreach (var (name, labels) in new[] { ("a", """{"app":"x"}"""), ("b", """{"app":"y"}"""), ("c", "{}"), ("d", """{"app":"x","tier":"web"}""") })
        {
            var secret = Given.Secret(ns, name, "k", "dg==");
            secret.Metadata["labels"] = Json(labels);
            await CreateAsync(secret);
        }

        var list = (await Http.GetAsync($"/api/v1/namespaces/{ns}/secrets?labelSelector={Uri.EscapeDataString(selector)}")).Json;

        Assert.Equal(names.Split(' '), Names(list));
    }

    [SkippableFact]
    public async Task A_compacted_revision_is_410_and_the_cut_starts_again()
    {
        var (path, revision) = await FiveConfigMapsAsync();
        using var client = new ClusterClient(Server.Connection with { PageSize = 2 }, TimeProvider.System);
        var pages = new List<CutPage>();
        var selection = new ListSelection(Kinds.ConfigMap, path.Split('/')[4], "cut=y");
        await foreach (var page in client.ReadCutAsync([selection], CancellationToken.None))
        {
            // The second page is fetched ahead, so that the third is the one that comes too late.
            if (pages.Count == 0)
            {
                await PatchAsync($"{path.Split('?')[0]}/a0", """{"data":{"k":"changed"}}""");
                Skip.IfNot(await Server.CompactAsync(), "only the owner of this API server can make it compact");
                await GoneAsync($"{path}&resourceVersion={revision}&resourceVersionMatch=Exact");
            }

            pages.Add(page);
        }

        var token = (string?)(await Http.GetAsync($"{path}&limit=2")).Json["metadata"]!["continue"];
        Assert.NotNull(token);
        Assert.Equal(2, pages[^1].Attempt);
        Assert.True(Number(pages[^1].Revision) > Number(revision));
        Assert.Equal(5, pages.Where(page => page.Attempt == 2).Sum(page => page.Items.Count));
        AssertStatus(await Http.GetAsync($"{path}&limit=2&resourceVersion={revision}"), 410, "Expired");
        Assert.Equal(200, (await Http.GetAsync($"{path}&resourceVersion={revision}&resourceVersionMatch=NotOlderThan")).Code);
    }

    private async Task ChangeEverythingAsync(string ns)
    {
        await Client.DeleteAsync(Kinds.ConfigMap, ns, "c6", CancellationToken.None);
        await Client.DeleteAsync(Kinds.RoleBinding, ns, "b0", CancellationToken.None);
        await PatchAsync($"{ConfigMaps(ns)}/c5", """{"data":{"k":"after"}}""");
        await PatchAsync($"{Bindings(ns)}/b6", """{"subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"after"}]}""");
        await CreateAsync(Given.ConfigMap(ns, "c9", "after"));
        await CreateAsync(Given.Secret(ns, "s", "k", "dg=="));
    }

    /// <summary>The path that lists them, and a revision at which they are there.</summary>
    private async Task<(string Path, string Revision)> FiveConfigMapsAsync()
    {
        var ns = await Server.NamespaceAsync();
        for (var i = 0; i < 5; i++)
        {
            var one = Given.ConfigMap(ns, $"a{i}", "v");
            one.Metadata["labels"] = Json("""{"cut":"y"}""");
            await CreateAsync(one);
        }

        var path = $"{ConfigMaps(ns)}?labelSelector=cut%3Dy";
        return (path, (string)(await Http.GetAsync(path)).Json["metadata"]!["resourceVersion"]!);
    }

    private async Task GoneAsync(string path)
    {
        // The watch cache looks for compactions every quarter of a minute.
        for (var attempt = 0; attempt < 120; attempt++)
        {
            var answer = await Http.GetAsync(path);
            if (answer.Code == 410)
            {
                AssertStatus(answer, 410, "Expired");
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System);
        }

        Assert.Fail($"{path} is still there");
    }

    private static string[] Names(JsonObject list) =>
        [.. list["items"]!.AsArray().Select(item => (string)item!["metadata"]!["name"]!)];

    private static long Number(string revision) => long.Parse(revision, CultureInfo.InvariantCulture);
}
