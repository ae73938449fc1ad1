using System.Text.Json.Nodes;
using RunAiDr.Core.Runbook;

namespace RunAiDr.Tests.Support;

/// <summary>An operator's folder: configuration, DR repository, and everything that runai-dr printed in it.</summary>
internal sealed class EndToEndWorkspace : IDisposable
{
    public const string Cluster = "prod";
    private const string Folder = $"clusters/{Cluster}";

    private readonly TestDirectory _folder = new();
    private readonly HashSet<string> _own = new(StringComparer.Ordinal);

    private EndToEndWorkspace()
    {
        CommandLineWatch.Begin();
        Dr = Processes.At(_folder.Path);
        Git = new GitProgram(Repository);
    }

    public Processes Dr { get; }

    public string Path => _folder.Path;

    public string Repository => _folder.File("dr.git");

    /// <summary>The real git in the bare repository.</summary>
    public GitProgram Git { get; }

    public static async Task<EndToEndWorkspace> InitAsync()
    {
        var workspace = new EndToEndWorkspace();
        (await workspace.Dr.RunAsync("init", "--cluster", Cluster)).Expect(0);
        return workspace;
    }

    public string File(string name) => _folder.File(name);

    /// <summary>Path of a file that the operator keeps secrets in: the only kind that may hold them.</summary>
    public string OwnFile(string name)
    {
        _own.Add(File(name));
        return File(name);
    }

    /// <summary>A restore without charts, which nobody has to confirm; other commands as they are.</summary>
    public static string[] ResourcesOnly(params string[] arguments) => arguments[0] switch
    {
        _ when arguments.Contains("--skip") || arguments.Contains("--only") => arguments,
        "plan" => [.. arguments, "--skip", "control-plane,cluster"],
        "rehydrate" => [.. arguments, "--skip", "control-plane,cluster", "--yes"],
        _ => arguments,
    };

    public Task<Ended> RunAsync(EndToEndCluster cluster, params string[] arguments) => RunAsync(cluster.Kubeconfig, arguments);

    public Task<Ended> RunAsync(string kubeconfig, params string[] arguments) =>
        Dr.RunAsync([.. ResourcesOnly(arguments), "--kubeconfig", kubeconfig]);

    /// <summary>Runs a command that has to succeed.</summary>
    public async Task<Ended> DoAsync(EndToEndCluster cluster, params string[] arguments) =>
        (await RunAsync(cluster, arguments)).Expect(0);

    /// <summary>The result of a command as data.</summary>
    public async Task<JsonNode> AskAsync(EndToEndCluster cluster, params string[] arguments) =>
        JsonNode.Parse((await RunAsync(cluster, [.. arguments, "--output", "json"])).Output)!;

    public string Tip() => Git.Run("rev-parse", "main").Trim();

    /// <summary>The tree of the cluster's folder.</summary>
    public string TreeId(string reference = "main") => Git.Run("rev-parse", $"{reference}:{Folder}").Trim();

    public string Text(string path, string reference = "main") => Git.Run("show", $"{reference}:{Folder}/{path}");

    /// <summary>Path in the cluster's folder → blob id.</summary>
    public Dictionary<string, string> Files(string reference = "main") =>
        Git.Lines("ls-tree", "-r", "--full-tree", $"{reference}:{Folder}").Select(line => line.Split(' ', '\t'))
            .ToDictionary(part => part[3], part => part[2], StringComparer.Ordinal);

    /// <summary>
    /// What the newest commit changes: <c>A</c>, <c>M</c> or <c>D</c>, a blank and the path in the cluster's folder. The
    /// runbook, which follows from the other files, is left out.
    /// </summary>
    public string[] Changes() =>
    [
        .. Git.Lines("diff-tree", "-r", "--name-status", "--no-renames", "main~1", "main")
            .Select(line => line.Replace($"\t{Folder}/", " ", StringComparison.Ordinal))
            .Where(line => line != $"M {RunbookPage.Path}").Order(StringComparer.Ordinal),
    ];

    /// <summary>Commits to the branch as a person does, in a clone, and pushes.</summary>
    /// <param name="edit">Changes files in the cluster's folder.</param>
    /// <param name="index">Changes the index where no file system can hold what is wanted.</param>
    public void Commit(Action<string, GitProgram> edit, Action<GitProgram>? index = null)
    {
        using var clone = new TestDirectory();
        new GitProgram(clone.Path).Run("clone", "--quiet", Repository, "work");
        var work = clone.File("work");
        var git = new GitProgram(work);
        edit(System.IO.Path.Combine(work, "clusters", Cluster), git);
        git.Run("add", "--all");
        index?.Invoke(git);
        git.Run("commit", "--quiet", "--message", "Edit by hand");
        Push(git);
    }

    // What else commits meanwhile may be faster; a person would fetch and push again.
    private static void Push(GitProgram git)
    {
        const int Attempts = 4;
        for (var attempt = 1; attempt < Attempts && git.Try([], "push", "--quiet", "origin", "HEAD:main").Code != 0; attempt++)
        {
            git.Run("pull", "--quiet", "--rebase", "origin", "main");
        }

        git.Run("push", "--quiet", "origin", "HEAD:main");
    }

    /// <summary>Ends with the search for secrets in everything that was printed and written.</summary>
    public void Dispose()
    {
        try
        {
            EndToEndCanaries.AssertNoneIn(Dr.Everything, "standard output or error");
            EndToEndCanaries.AssertNoneLeft(Path, _own);
        }
        finally
        {
            _folder.Dispose();
        }
    }
}
