using System.Text;
using Microsoft.Extensions.Time.Testing;
using RunAiDr.Core.State;
using RunAiDr.Git;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Git;

/// <summary>A bare repository for one test, seen by our store and by the real git.</summary>
public sealed class TestRepository : IDisposable
{
    public const string Cluster = "prod-a";

    private readonly TestDirectory _directory = new();

    public TestRepository()
    {
        Options = new GitStateOptions { Path = _directory.File("repo.git"), AuthorName = "DR Bot", AuthorEmail = "dr@example.org" };
        GitStateStore.Init(Nothing, Options, Clock);
        Git = new GitProgram(Options.Path);
    }

    public static IReadOnlyDictionary<string, byte[]> Nothing { get; } = new Dictionary<string, byte[]>(StringComparer.Ordinal);

    public static FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.FromHours(2)));

    public static CommitText Text { get; } = new("export", "all", [new("Cluster", Cluster)]);

    public GitStateOptions Options { get; init; }

    public GitProgram Git { get; init; }

    public string Packs => System.IO.Path.Combine(Options.Path, "objects", "pack");

    public string File(string name) => System.IO.Path.Combine(Options.Path, name);

    public string Beside(string name) => _directory.File(name);

    public GitStateStore Open() => GitStateStore.Open(Options, Clock);

    public CommitId? Commit(params (string Path, string Content)[] files)
    {
        using var store = Open();
        using var writer = store.Begin(Cluster);
        Fill(writer, files);
        return writer.Commit(Text);
    }

    public static void Fill(IStateWriter writer, params (string Path, string Content)[] files)
    {
        foreach (var (path, content) in files)
        {
            writer.Put(path, Encoding.UTF8.GetBytes(content));
        }
    }

    /// <summary>So many files that they go into a pack.</summary>
    public static (string Path, string Content)[] Many(int files) =>
        [.. Enumerable.Range(0, files).Select(i => ($"namespaces/ns-{i % 10}/f-{i}.yaml", $"content {i}\n"))];

    /// <summary>Commits what somebody else would, by <c>git fast-import</c> commands after the commit's header.</summary>
    public void Import(string commands, string branch = "main")
    {
        var from = Git.Try([], "rev-parse", "--verify", "-q", $"refs/heads/{branch}").Code == 0 ? $"from refs/heads/{branch}^0\n" : "";
        var header = $"commit refs/heads/{branch}\ncommitter Other <o@example.org> 1700000000 +0100\ndata 5\nother\n{from}";
        Git.Run(Encoding.UTF8.GetBytes(header + commands), "fast-import", "--quiet");
    }

    public string[] Files(string revision = "main") => Git.Lines("ls-tree", "-r", "--name-only", revision);

    public void Dispose() => _directory.Dispose();
}
