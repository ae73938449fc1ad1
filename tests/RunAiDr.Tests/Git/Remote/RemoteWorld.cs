using RunAiDr.Core.State;
using RunAiDr.Core.Sync;
using RunAiDr.Git;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Git.Remote;

/// <summary>A bare repository that stands for the remote, and the writers that keep clusters in it.</summary>
internal sealed class RemoteWorld : IDisposable
{
    private readonly TestDirectory _directory = new();

    public RemoteWorld()
    {
        Path = _directory.File("remote.git");
        Directory.CreateDirectory(Path);
        Git = new GitProgram(Path);
        Git.Run("init", "--bare", "-q", "-b", "main", ".");
    }

    public string Path { get; }

    public GitProgram Git { get; }

    public string File(string name) => _directory.File(name);

    public RemoteWriter Writer(string cluster, Func<GitRemoteOptions, GitRemoteOptions>? change = null, bool seeded = false)
    {
        var options = new GitRemoteOptions
        {
            Repository = new GitStateOptions { Path = File(cluster + ".git"), AuthorName = "DR Bot", AuthorEmail = "dr@example.org" },
            Url = Path,
            Clusters = [cluster],
        };
        return new RemoteWriter(cluster, change?.Invoke(options) ?? options, seeded);
    }

    /// <summary>Makes every push fail with these words until the hook is gone again.</summary>
    public void Decline(string words) => Hook("pre-receive", $"cat >/dev/null; echo '{words}' >&2; exit 1");

    public void Hook(string name, string script)
    {
        var path = System.IO.Path.Combine(Path, "hooks", name);
        System.IO.File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows())
        {
            System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    public void Accept() => System.IO.File.Delete(System.IO.Path.Combine(Path, "hooks", "pre-receive"));

    /// <summary>Commits in the remote what somebody else would.</summary>
    public void Import(string path, string content) => Git.Import("main", path, content);

    public string[] Files() => Git.Lines("ls-tree", "-r", "--name-only", "main");

    public string Show(string path) => Git.Run("show", "main:" + path);

    public int Count() => int.Parse(Git.Run("rev-list", "--count", "main"), System.Globalization.CultureInfo.InvariantCulture);

    public void Dispose() => _directory.Dispose();
}

/// <summary>One installation of ours: its repository, its store and its remote.</summary>
internal sealed class RemoteWriter : IDisposable
{
    public RemoteWriter(string cluster, GitRemoteOptions options, bool seeded)
    {
        (Cluster, Options) = (cluster, options);
        var seed = seeded ? new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["README.md"] = "seed\n"u8.ToArray() } : TestRepository.Nothing;
        GitStateStore.Init(seed, options.Repository, TestRepository.Clock);
        Store = GitStateStore.Open(options.Repository, TestRepository.Clock);
        Remote = GitRemote.Open(options, TimeProvider.System);
        Git = new GitProgram(options.Repository.Path);
    }

    public string Cluster { get; }

    public GitRemoteOptions Options { get; }

    public GitStateStore Store { get; }

    public GitRemote Remote { get; }

    public GitProgram Git { get; }

    public string Folder => $"clusters/{Cluster}/";

    public CommitId? Commit(params (string Path, string Content)[] files) =>
        Commit(new CommitText($"{Cluster}: {files.Length} files", "", []), files);

    public CommitId? Commit(CommitText text, params (string Path, string Content)[] files)
    {
        using var writer = Store.Begin(Cluster);
        TestRepository.Fill(writer, files);
        return writer.Commit(text);
    }

    public Task<RemoteOutcome> SynchronizeAsync(bool mayPush = true) =>
        Remote.SynchronizeAsync(() => mayPush, CancellationToken.None);

    public async Task<RunAiDr.Core.RunAiDrException> FailAsync()
    {
        var failure = await Assert.ThrowsAsync<RunAiDr.Core.RunAiDrException>(() => SynchronizeAsync());
        Assert.NotEmpty(failure.Remedy);
        return failure;
    }

    public string Tip() => Git.Run("rev-parse", "main").Trim();

    public void Dispose()
    {
        Remote.Dispose();
        Store.Dispose();
    }
}

internal static class GitProgramImports
{
    /// <summary>Adds a commit of somebody else with one file.</summary>
    public static void Import(this GitProgram git, string branch, string path, string content)
    {
        var from = git.Try([], "rev-parse", "--verify", "-q", $"refs/heads/{branch}").Code == 0 ? $"from refs/heads/{branch}^0\n" : "";
        var commands = $"commit refs/heads/{branch}\ncommitter Other <o@example.org> 1700000000 +0100\ndata 5\nother\n{from}"
            + $"M 100644 inline {path}\ndata {content.Length}\n{content}\n";
        git.Run(System.Text.Encoding.UTF8.GetBytes(commands), "fast-import", "--quiet");
    }
}
