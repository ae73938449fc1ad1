using RunAiDr.Core;
using RunAiDr.Core.Resources;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cluster;

public class DiscoveryTests
{
    private static readonly RecordedExchange CoreAggregated = RecordedExchanges.Of("03-discovery-aggregated")[0];

    [Fact]
    public async Task Aggregated_discovery_takes_two_requests_and_gives_what_can_be_listed()
    {
        var recorded = RecordedExchanges.Of("03-discovery-aggregated");
        await using var server = await ReplayServer.StartAsync(recorded[0], recorded[3]);
        using var client = server.Client();

        var kinds = await client.DiscoverAsync(default);

        Assert.Contains(Kinds.ConfigMap, kinds);
        Assert.Contains(Kinds.RoleBinding, kinds);
        Assert.Contains(Kinds.Namespace, kinds);
        Assert.DoesNotContain(kinds, k => k.Plural is "bindings" || k.Plural.Contains('/'));
        server.AssertEverythingWasAskedAndNothingElse();
    }

    [Fact]
    public async Task Legacy_discovery_gives_the_same_kinds_as_aggregated_discovery()
    {
        var (legacy, aggregated) = (RecordedExchanges.Of("02-discovery-legacy"), RecordedExchanges.Of("03-discovery-aggregated"));
        var resources = RecordedExchanges.Of("04-discovery-resources").Where(e => !e.Path.Contains("storage.k8s.io", StringComparison.Ordinal));
        var groups = aggregated[5];
        await using var old = await ReplayServer.StartAsync([legacy[0], groups, .. resources]);
        await using var current = await ReplayServer.StartAsync(aggregated[0], aggregated[3]);
        using var oldClient = old.Client();
        using var currentClient = current.Client();

        var kinds = await oldClient.DiscoverAsync(default);

        Assert.Equal(InOrder(await currentClient.DiscoverAsync(default)), InOrder(kinds));
        old.AssertEverythingWasAskedAndNothingElse();
    }

    [Fact]
    public async Task The_preferred_version_of_a_group_comes_first()
    {
        var groups = """
            {"kind":"APIGroupList","groups":[{"name":"run.ai","versions":[{"version":"v1"},{"version":"v2"}],"preferredVersion":{"version":"v2"}}]}
            """;
        await using var server = await ReplayServer.StartAsync(
            Answer("/api", """{"kind":"APIVersions","versions":[]}"""),
            Answer("/apis", groups),
            Answer("/apis/run.ai/v1", Resources("departments", "projects")),
            Answer("/apis/run.ai/v2", Resources("projects")));
        using var client = server.Client();

        var kinds = await client.DiscoverAsync(default);

        Assert.Equal("v2 projects, v1 departments, v1 projects", string.Join(", ", kinds.Select(k => $"{k.Version} {k.Plural}")));
    }

    [Fact]
    public async Task A_stale_group_of_unknown_kinds_fails_by_name()
    {
        await using var server = await ReplayServer.StartAsync(CoreAggregated, RecordedExchanges.Of("91-unavailable-group")[1]);
        using var client = server.Client();

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => client.DiscoverAsync(default));

        Assert.Equal(Fault.ClusterUnreachable, failure.Fault);
        Assert.Contains("stale.example.com/v1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dead_group_fails_legacy_discovery_by_name_after_retries()
    {
        var recorded = RecordedExchanges.Of("91-unavailable-group");
        await using var server = await ReplayServer.StartAsync(
            [Answer("/api", """{"kind":"APIVersions","versions":[]}"""), recorded[2], .. Enumerable.Repeat(recorded[4], 5)]);
        using var client = server.Client();

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => client.DiscoverAsync(default));

        Assert.Contains("stale.example.com/v1", failure.Message, StringComparison.Ordinal);
        server.AssertEverythingWasAskedAndNothingElse();
    }

    [Fact]
    public async Task A_stale_metrics_group_does_not_stop_an_export()
    {
        var stale = RecordedExchanges.Of("91-unavailable-group")[1];
        var metrics = stale with { Body = stale.Body.Replace("stale.example.com", "metrics.k8s.io", StringComparison.Ordinal) };
        await using var server = await ReplayServer.StartAsync(CoreAggregated, metrics);
        using var client = server.Client();

        Assert.Contains(Kinds.ConfigMap, await client.DiscoverAsync(default));
    }

    [Fact]
    public async Task Identity_is_version_uid_and_distribution()
    {
        await using var server = await ReplayServer.StartAsync(
            RecordedExchanges.Of("01-version-and-health").First(e => e.Path == "/version"),
            Answer("/api/v1/namespaces/kube-system", """{"kind":"Namespace","metadata":{"uid":"u-1"}}"""),
            Answer("/apis", """{"kind":"APIGroupList","groups":[{"name":"route.openshift.io"}]}"""));
        using var client = server.Client();

        var identity = await client.IdentifyAsync(default);

        Assert.Equal(("u-1", "openshift"), (identity.Uid, identity.Distribution));
        Assert.StartsWith("v1.36.", identity.Version, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Identity_without_the_right_to_read_kube_system_has_no_uid()
    {
        await using var server = await ReplayServer.StartAsync(
            RecordedExchanges.Of("01-version-and-health").First(e => e.Path == "/version"),
            Answer("/api/v1/namespaces/kube-system", """{"kind":"Status","reason":"Forbidden","code":403}""") with { Status = 403 },
            RecordedExchanges.Of("02-discovery-legacy")[1]);
        using var client = server.Client();

        var identity = await client.IdentifyAsync(default);

        Assert.Equal((null, "kubernetes"), (identity.Uid, identity.Distribution));
    }

    private static IEnumerable<ResourceKind> InOrder(IEnumerable<ResourceKind> kinds) =>
        kinds.OrderBy(k => k.Group, StringComparer.Ordinal).ThenBy(k => k.Plural, StringComparer.Ordinal);

    private static string Resources(params string[] names) =>
        $$"""{"kind":"APIResourceList","resources":[{{string.Join(',', names.Select(n => $$"""{"name":"{{n}}","kind":"K","namespaced":true,"verbs":["list"]}"""))}}]}""";

    private static RecordedExchange Answer(string path, string body) =>
        new("GET", path, null, null, 200, "application/json", body);
}
