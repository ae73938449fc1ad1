using System.Text;
using Microsoft.Extensions.Time.Testing;
using RunAiDr.Core.State;
using RunAiDr.Git;

namespace RunAiDr.Tests.Support;

/// <summary>A repository of cluster prod that gets one commit a day, with a configuration beside it and no cluster anywhere.</summary>
internal sealed class RepositoryStory : IDisposable
{
    public const string Cluster = "prod";

    private readonly TestDirectory _folder = new();
    private readonly Dictionary<string, string> _files = new(StringComparer.Ordinal) { ["restore-point.yaml"] = MemoryStateTree.Header };
    private readonly GitStateOptions _options;

    /// <param name="config">What the configuration says besides where the repository is.</param>
    public RepositoryStory(string config = "")
    {
        _options = new GitStateOptions { Path = Repository };
        GitStateStore.Init(new Dictionary<string, byte[]>(StringComparer.Ordinal), _options, Clock);
        System.IO.File.WriteAllText(File("runai-dr.yaml"), $"cluster: {Cluster}\nrepository: dr.git\n{config}");
        Program = Processes.At(_folder.Path);
    }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));

    public Processes Program { get; }

    public string Repository => File("dr.git");

    public string File(string name) => _folder.File(name);

    public string Read(string path) => _files[path];

    public void Put(string path, string content) => _files[path] = content;

    public void Remove(string path) => _files.Remove(path);

    public GitStateStore Open() => GitStateStore.Open(_options, Clock);

    /// <summary>Commits what has been put, changed by the given actors; then it is the next day.</summary>
    public void Commit(string subject, params string[] actors)
    {
        using var store = Open();
        using var writer = store.Begin(Cluster);
        foreach (var (path, content) in _files)
        {
            writer.Put(path, Encoding.UTF8.GetBytes(content));
        }

        Assert.NotNull(writer.Commit(new CommitText(
            subject, "", [new("Cluster", Cluster), .. actors.Select(actor => KeyValuePair.Create("Changed-By", actor))])));
        Clock.Advance(TimeSpan.FromDays(1));
    }

    /// <summary>Tags the newest restore point.</summary>
    public void Tag(string name, string message)
    {
        using var store = Open();
        store.Tag(Cluster, name, Assert.IsAssignableFrom<IStateTree>(store.Tip(Cluster)).Id, message);
    }

    public void Dispose() => _folder.Dispose();
}
