using System.Text.Json.Nodes;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cli;

/// <summary>history, blame, diff and checkpoints on a real repository, with no cluster anywhere.</summary>
public sealed class HistoryCommandTests : IDisposable
{
    private const string Binding = "namespaces/runai-team-a/rolebindings/researcher.yaml";
    private const string Values = "values/runai-backend.yaml";
    private const string Macs = "secrets/values/runai-backend.macs.yaml";
    private const string Password = "runai-dr-secret:values/runai-backend/password:";

    private readonly RepositoryStory _repository = new();

    public HistoryCommandTests()
    {
        _repository.Put(Binding, BindingOf("alice"));
        _repository.Put(Values, $"global:\n  domain: old.example.org\npassword: \"{Password}\"\n");
        _repository.Put(Macs, "values/runai-backend/password: mac-1\n");
        _repository.Put("secrets/recipients.yaml", "extension: .age\nrecipients: []\n");
        _repository.Commit("Export cluster prod");
    }

    private Processes Program => _repository.Program;

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task History_of_the_cluster_reads_like_this()
    {
        Story();

        Verified.Text((await Program.RunAsync("history")).Expect(0).Output);
    }

    [Fact]
    public async Task History_of_a_file_says_how_its_fields_changed()
    {
        Story();

        Verified.Text((await Program.RunAsync("history", Binding)).Expect(0).Output);
    }

    [Theory]
    [InlineData("team-a", 2)]
    [InlineData("runai-team-a", 2)]
    [InlineData("namespaces/runai-team-a", 2)]
    [InlineData("clusters/prod/namespaces/runai-team-a/", 2)]
    [InlineData("namespaces/runai-team-a/rolebindings/researcher", 2)]
    [InlineData("values", 4)]
    public async Task History_finds_what_is_meant(string what, int commits)
    {
        Story();

        Assert.Equal(commits, (await EntriesAsync(what)).Count);
    }

    [Fact]
    public async Task History_of_a_project_has_its_own_resource_too()
    {
        Story();
        _repository.Put("cluster/projects.run.ai/team-a.yaml", "spec: {}\n");
        _repository.Put("cluster/projects.run.ai/elsewhere.yaml", "spec: {}\n");
        _repository.Commit("Export projects");

        Assert.Equal(3, (await EntriesAsync("team-a")).Count);
        Assert.Equal(2, (await EntriesAsync("namespaces/runai-team-a")).Count);
        Assert.Single(await EntriesAsync("elsewhere"));
    }

    [Fact]
    public async Task A_project_is_found_by_the_label_of_its_namespace_also_when_that_is_gone()
    {
        const string Namespace = "namespaces/lab/namespace.yaml";
        _repository.Put(Namespace, "apiVersion: v1\nkind: Namespace\nmetadata:\n  labels:\n    runai/queue: physics\n  name: lab\n");
        _repository.Commit("Add a project");
        _repository.Put("namespaces/lab/configmaps/x.yaml", "data: {}\n");
        _repository.Commit("Change it");

        Assert.Equal(2, (await EntriesAsync("physics")).Count);
        _repository.Remove(Namespace);
        _repository.Remove("namespaces/lab/configmaps/x.yaml");
        _repository.Commit("Delete it");
        Assert.Equal(3, (await EntriesAsync("physics")).Count);
    }

    [Fact]
    public async Task What_never_was_or_could_be_two_is_refused()
    {
        _repository.Put("namespaces/values/x.yaml", "a: 1\n");
        _repository.Commit("a namespace of the name of a folder");

        Assert.Contains("never been", (await Program.RunAsync("history", "team-z")).Expect(8).Error, StringComparison.Ordinal);
        Assert.Contains(
            "values/ or namespaces/values/", (await Program.RunAsync("history", "values")).Expect(8).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_of_a_value_tells_before_and_after_and_that_a_secret_changed()
    {
        Story();

        var domain = await EntriesAsync("--value", "global.domain");
        var password = await EntriesAsync("--value", "runai-backend:password");

        Assert.Equal(
            ["new.example.org → newest.example.org", "old.example.org → new.example.org", " → old.example.org"],
            domain.Select(entry => entry!["fields"]![0]!).Select(field => $"{field["before"]} → {field["after"]}"));
        Assert.Equal("kubectl, helm", string.Join(", ", domain[1]!["actors"]!.AsArray()));
        Assert.Equal("secret values/runai-backend/password has another value", (string?)password[0]!["fields"]![0]!["field"]);
        Assert.Equal(2, password.Count);
        Assert.Empty(await EntriesAsync("--value", "runai-cluster:global.domain"));
    }

    [Fact]
    public async Task Time_start_and_number_bound_the_history()
    {
        Story();

        Assert.Equal(2, (await EntriesAsync("--since", "2026-03-02", "--until", "2026-03-03")).Count);
        Assert.Single(await EntriesAsync("--until", "2026-03-01T08:00:00Z"));
        Assert.Single(await EntriesAsync(Binding, "--since", "2026-03-02"));
        Assert.Equal(3, (await EntriesAsync("--limit", "3")).Count);
        (await Program.RunAsync("history", "--since", "yesterday")).Expect(2);
        (await Program.RunAsync("history", "--limit", "0")).Expect(2);
        (await Program.RunAsync("history", "--from", "nothing")).Expect(8);
    }

    [Fact]
    public async Task Blame_says_who_last_set_each_field_wherever_it_stands()
    {
        Story();
        _repository.Put(Values, "# a line above all others\nadded: 1\n" + _repository.Read(Values));
        _repository.Commit("Add a value", "carol");

        Verified.Text((await Program.RunAsync("blame", Values)).Expect(0).Output);
        Assert.Contains("old.example.org", (await Program.RunAsync("blame", Values, "--from", "first")).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blame_of_what_is_gone_says_where_to_look()
    {
        _repository.Remove(Binding);
        _repository.Commit("Remove the binding");

        Assert.Contains($"runai-dr history {Binding}", (await Program.RunAsync("blame", Binding)).Expect(8).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diff_tells_two_restore_points_apart()
    {
        Story();

        Verified.Text((await Program.RunAsync("diff", "first", "--exit-code")).Expect(3).Output);
        Assert.Contains("-  domain: old.example.org", (await Program.RunAsync("diff", "first", "main", "-p")).Expect(0).Output, StringComparison.Ordinal);
        Assert.Contains("No difference", (await Program.RunAsync("diff", "first", "first", "--exit-code")).Expect(0).Output, StringComparison.Ordinal);
        Assert.Contains("before only", (await Program.RunAsync("diff", "main", "first")).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Checkpoints_are_listed_with_what_they_hold()
    {
        _repository.Tag("before-upgrade", "Checkpoint before-upgrade of cluster prod\n");
        _repository.Tag("no-checkpoint", "Something else\n");

        var text = (await Program.RunAsync("checkpoints")).Expect(0).Output;
        var json = JsonNode.Parse((await Program.RunAsync("checkpoints", "-o", "json")).Expect(0).Output)!["checkpoints"]!.AsArray();

        Assert.Contains("before-upgrade", text, StringComparison.Ordinal);
        Assert.Equal("before-upgrade", (string?)json.Single()!["name"]);
        Assert.False((bool)json[0]!["partial"]!);
    }

    [Fact]
    public async Task Auditors_get_a_row_for_each_change()
    {
        Story();
        _repository.Put(Values, "evil: \"=HYPERLINK(1)\"\nglobal:\n  domain: a,b\n");
        _repository.Commit("=cmd|' /C calc'!A0, \"quoted\"", "@mallory");

        var csv = (await Program.RunAsync("history", "-o", "csv")).Expect(0).Output;
        Assert.All(csv.Split('\n')[..^1], line => Assert.EndsWith("\r", line, StringComparison.Ordinal));
        Verified.Text(csv.ReplaceLineEndings("\n"), "csv");
        Verified.Text((await Program.RunAsync("history", "-o", "markdown")).Expect(0).Output, "markdown");
        Assert.Contains("'=HYPERLINK(1)", (await Program.RunAsync("blame", Values, "-o", "csv")).Expect(0).Output, StringComparison.Ordinal);
    }

    private void Story()
    {
        _repository.Tag("first", "first");

        _repository.Put(Values, _repository.Read(Values).Replace("old", "new", StringComparison.Ordinal));
        _repository.Commit("values: change values of runai-backend", "kubectl", "helm");
        _repository.Put(Binding, BindingOf("mallory\u001b[2J"));
        _repository.Put("namespaces/runai-team-b/namespace.yaml", "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: runai-team-b\n");
        _repository.Commit("prod: add 1, change 1 resources", "kubectl");
        _repository.Put(Macs, "values/runai-backend/password: mac-2\n");
        _repository.Commit("values: change secrets of values of runai-backend", "helm");
        _repository.Put(Values, _repository.Read(Values).Replace("new", "newest", StringComparison.Ordinal));
        _repository.Commit("values: change values of runai-backend");
    }

    private async Task<JsonArray> EntriesAsync(params string[] arguments) =>
        JsonNode.Parse((await Program.RunAsync(["history", .. arguments, "-o", "json"])).Expect(0).Output)!["entries"]!.AsArray();

    private static string BindingOf(string user) =>
        $$"""
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata:
          name: researcher
          namespace: runai-team-a
        subjects:
          - kind: User
            name: "{{user.Replace("\u001b", "\\e", StringComparison.Ordinal)}}"

        """;
}
