using System.Text.Json.Nodes;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Deploy;

/// <summary>The pipelines of the seed: what they may, when they run, and what their script does with a real repository.</summary>
public sealed class PipelineTests : IDisposable
{
    private const string Seed = "templates/repository";
    private const string Workflow = $"{Seed}/.github/workflows/rehearse.yaml";

    private static readonly JsonObject GitHub = DeployTemplates.Documents(RepositoryFiles.Read(Workflow)).Single();
    private static readonly JsonObject GitLab = DeployTemplates.Documents(RepositoryFiles.Read($"{Seed}/.gitlab-ci.yml")).Single();

    private readonly TestDirectory _folder = new();

    private static JsonNode GitHubJob => GitHub["jobs"]!["rehearse"]!;

    private static JsonNode GitLabJob => GitLab["rehearse"]!;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void On_GitHub_it_runs_for_each_proposal_and_on_a_schedule_and_may_only_read()
    {
        Assert.Equal(["pull_request", "schedule", "workflow_dispatch"], GitHub["on"]!.AsObject().Select(trigger => trigger.Key));
        Assert.Equal("""{"contents":"read"}""", GitHub["permissions"]!.ToJsonString());
        Assert.DoesNotContain("secrets.", RepositoryFiles.Read(Workflow), StringComparison.Ordinal);
        Assert.All(
            GitHubJob["steps"]!.AsArray().Select(step => (string?)step!["uses"]).OfType<string>(),
            action => Assert.Matches(@"^actions/[a-z-]+@v\d+$", action));
        Assert.False((bool)GitHubJob["steps"]![0]!["with"]!["persist-credentials"]!);
        Assert.Equal("vars.RUNAI_DR_IMAGE != ''", (string)GitHubJob["if"]!);
    }

    [Fact]
    public void No_text_of_a_proposal_becomes_part_of_a_command()
    {
        var commands = GitHubJob["steps"]!.AsArray().Select(step => (string?)step!["run"]).OfType<string>();

        Assert.All(commands, command => Assert.DoesNotContain("${{", command, StringComparison.Ordinal));
        Assert.Contains(commands, command => command.Contains("--network none", StringComparison.Ordinal));
    }

    [Fact]
    public void On_GitLab_it_runs_for_each_proposal_and_on_a_schedule_once_it_is_switched_on()
    {
        var rules = GitLabJob["rules"]!.AsArray();

        Assert.Equal("never", (string)rules[0]!["when"]!);
        Assert.Contains("RUNAI_DR_IMAGE", (string)rules[0]!["if"]!, StringComparison.Ordinal);
        Assert.Equal(
            ["merge_request_event", "schedule", "web"],
            rules.Skip(1).Select(rule => ((string)rule!["if"]!).Split('"')[1]));
    }

    [Fact]
    public void Both_run_the_script_and_keep_the_reports_whatever_comes_of_it()
    {
        Assert.Contains(".ci/rehearse.sh", (string)GitHubJob["steps"]![1]!["run"]!, StringComparison.Ordinal);
        Assert.Contains(".ci/rehearse.sh", (string)GitLabJob["script"]![0]!, StringComparison.Ordinal);
        Assert.Equal("always()", (string)GitHubJob["steps"]![2]!["if"]!);
        Assert.Equal("rehearsal-*.json", (string)GitHubJob["steps"]![2]!["with"]!["path"]!);
        Assert.Equal("always", (string)GitLabJob["artifacts"]!["when"]!);
        Assert.Equal("rehearsal-*.json", (string)GitLabJob["artifacts"]!["paths"]![0]!);
    }

    [Fact]
    public void Both_start_the_program_as_the_image_has_it()
    {
        Assert.Contains("RUNAI_DR=\"dotnet /app/runai-dr.dll\"", (string)GitHubJob["steps"]![1]!["run"]!, StringComparison.Ordinal);
        Assert.Equal("dotnet /app/runai-dr.dll", (string)GitLabJob["variables"]!["RUNAI_DR"]!);
        Assert.Contains("\nCOPY . /app\n", RepositoryFiles.Read("build/Containerfile"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_repository_has_every_file_of_the_seed()
    {
        using var workspace = await EndToEndWorkspace.InitAsync();
        var root = Path.Combine(RepositoryFiles.Root, Seed);

        Assert.Equal(
            Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(root, path))
                .Order(StringComparer.Ordinal),
            workspace.Git.Lines("ls-tree", "-r", "--name-only", "main").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_program_finds_the_proposed_commit_by_what_the_script_hands_it()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(cluster, "export");
        var commit = Checkout(workspace.Repository);

        (await RehearseAsync(commit, $"cp -r . {_folder.File("kept")}; echo '{{\"arguments\": \"'$*'\"}}'")).Expect(0);

        var report = JsonNode.Parse(await File.ReadAllBytesAsync(_folder.File("work/rehearsal-prod.json")))!;
        Assert.Equal($"rehearse {commit} --config runai-dr.yaml --output json", (string)report["arguments"]!);
        var plan = (await workspace.RunAsync(cluster, "plan", commit, "--config", _folder.File("kept/runai-dr.yaml"), "-o", "json")).Expect(4);
        Assert.Contains(commit, plan.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rehearsal_that_does_not_pass_fails_the_pipeline_with_its_exit_code()
    {
        var commit = Checkout(Repository("prod", "stage"));

        var ended = (await RehearseAsync(commit, "grep -q prod runai-dr.yaml && exit 9; echo '{}'")).Expect(9);

        Assert.Contains("prod: the rehearsal did not pass, exit code 9", ended.Error, StringComparison.Ordinal);
        Assert.Contains("stage: the restore point can be restored", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_of_folders_and_other_commits_fool_nobody()
    {
        var commit = Checkout(Repository("prod", "$(touch pwned)", "a\"\nrepository: x"));

        var ended = (await RehearseAsync(commit, "echo '{}'")).Expect(2);
        (await RehearseAsync(new string('0', 40), "echo '{}'")).Expect(2);

        Assert.Contains("not named like a cluster", ended.Error, StringComparison.Ordinal);
        Assert.Equal(["rehearsal-prod.json"], Directory.EnumerateFiles(_folder.File("work"), "*").Select(Path.GetFileName));
    }

    private string Repository(params string[] clusters)
    {
        var folder = _folder.File("origin");
        var git = new GitProgram(folder);
        Directory.CreateDirectory(folder);
        git.Run("init", "--quiet", "--initial-branch=main");
        foreach (var cluster in clusters)
        {
            Directory.CreateDirectory(Path.Combine(folder, "clusters", cluster));
            File.WriteAllText(Path.Combine(folder, "clusters", cluster, "restore-point.yaml"), "a: 1\n");
        }

        git.Run("add", "--all");
        git.Run("commit", "--quiet", "--message", "Seed");
        return folder;
    }

    /// <summary>As a pipeline does it: the commit, and no branch.</summary>
    private string Checkout(string repository)
    {
        new GitProgram(_folder.Path).Run("clone", "--quiet", repository, "work");
        var git = new GitProgram(_folder.File("work"));
        git.Run("checkout", "--quiet", "--detach");
        git.Run("branch", "--quiet", "--delete", "--force", "main");
        return git.Run("rev-parse", "HEAD").Trim();
    }

    private async Task<Ended> RehearseAsync(string commit, string program)
    {
        await File.WriteAllTextAsync(_folder.File("program.sh"), program + "\n");
        return await EndToEndPrograms.RunAsync(
            _folder.File("work"),
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["COMMIT"] = commit,
                ["RUNAI_DR"] = $"bash -eu {_folder.File("program.sh")}",
            },
            "bash", Path.Combine(RepositoryFiles.Root, Seed, ".ci", "rehearse.sh"));
    }
}
