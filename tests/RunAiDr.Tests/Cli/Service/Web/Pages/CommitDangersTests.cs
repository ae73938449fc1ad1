using System.Globalization;
using System.Text.Json.Nodes;
using RunAiDr.Core.State;

namespace RunAiDr.Tests.Cli.Service.Web.Pages;

/// <summary>A commit that hands out more power than before is marked wherever it is told.</summary>
#pragma warning disable CA1001 // xunit calls DisposeAsync.
public sealed class CommitDangersTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private const string Old = "namespaces/runai-team-a/rolebindings/old.yaml";
    private const string New = "namespaces/runai-team-a/rolebindings/new.yaml";
    private const string Mark = """<strong class="mark bad">danger</strong>""";

    private DashboardScene _scene = null!;
    private CommitId _first;

    public async Task InitializeAsync()
    {
        _scene = await DashboardScene.StartAsync();
        _first = _scene.Commit((Old, Binding("old", "cluster-admin")), (New, Binding("new", "view")));
    }

    public async Task DisposeAsync() => await _scene.DisposeAsync();

    [Fact]
    public async Task A_binding_to_cluster_admin_is_told_on_each_page_of_its_commit()
    {
        var made = _scene.Commit((Old, Binding("old", "cluster-admin")), (New, Binding("new", "cluster-admin")));

        foreach (var path in (string[])["/", "/history", "/history?project=team-a", $"/resources/{New}"])
        {
            Assert.Contains($"{Mark} {New}: binds to cluster-admin", await _scene.PageAsync(path), StringComparison.Ordinal);
        }

        Assert.Contains($"{Mark} <code>{New}</code>: binds to cluster-admin", await _scene.PageAsync($"/restore-points/{made.Sha}"), StringComparison.Ordinal);
        Assert.DoesNotContain(Mark, await _scene.PageAsync($"/resources/{Old}"), StringComparison.Ordinal);
        var dangers = (await EntriesAsync()).Select(entry => entry!["dangers"]!.AsArray().Select(danger => (string?)danger!["path"])).ToList();
        Assert.Equal([New], dangers[0]);
        Assert.Empty(dangers[1]);
    }

    [Fact]
    public async Task The_first_export_brings_none_and_neither_does_a_danger_that_stays()
    {
        var next = _scene.Commit((Old, Binding("old", "cluster-admin")), (New, Binding("new", "edit")));

        foreach (var path in (string[])["/", $"/restore-points/{_first.Sha}", $"/restore-points/{next.Sha}"])
        {
            Assert.DoesNotContain(Mark, await _scene.PageAsync(path), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_commit_that_changed_very_much_is_looked_through_on_its_own_page_only()
    {
        var many = Enumerable.Range(0, 60).Select(i => string.Create(CultureInfo.InvariantCulture, $"b{i}"))
            .Select(name => ($"namespaces/runai-team-a/rolebindings/{name}.yaml", Binding(name, name == "b7" ? "cluster-admin" : "view")));
        var made = _scene.Commit([(Old, Binding("old", "cluster-admin")), .. many]);

        var page = await _scene.PageAsync("/");

        Assert.Contains($"""<a href="/restore-points/{made.Sha}#dangers">its dangers</a>""", page, StringComparison.Ordinal);
        Assert.DoesNotContain(Mark, page, StringComparison.Ordinal);
        Assert.Null((await EntriesAsync())[0]!["dangers"]);
        Assert.Contains("rolebindings/b7.yaml</code>: binds to cluster-admin", await _scene.PageAsync($"/restore-points/{made.Sha}"), StringComparison.Ordinal);
    }

    private static string Binding(string name, string role) => $"""
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata:
          name: {name}
          namespace: runai-team-a
        roleRef:
          apiGroup: rbac.authorization.k8s.io
          kind: ClusterRole
          name: {role}
        subjects:
        - apiGroup: rbac.authorization.k8s.io
          kind: User
          name: ada

        """;

    private async Task<JsonArray> EntriesAsync() => (await _scene.JsonAsync("/api/history"))["entries"]!.AsArray();
}
