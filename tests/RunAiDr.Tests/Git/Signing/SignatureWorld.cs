using System.Text;
using RunAiDr.Core.State;
using RunAiDr.Git;
using RunAiDr.Git.Signing;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Git.Signing;

/// <summary>
/// A repository with two commits and the tags <c>first</c> and <c>second</c>, all signed by alice, whom the checker allows,
/// and mallory with a key of her own, who may write anything into it.
/// </summary>
internal sealed class SignatureWorld : IDisposable
{
    private readonly TestRepository _repository = new();

    public SignatureWorld()
    {
        Mallory = Keys.Ssh("mallory");
        Options = _repository.Options with { Signing = Keys.SshSigner(), Trusted = new(Keys.Allow("alice"), null) };
        Store = GitStateStore.Open(Options, TestRepository.Clock);
        First = Make("first");
        Second = Make("second");
    }

    public SigningKeys Keys { get; } = new();

    public string Mallory { get; }

    public GitStateOptions Options { get; }

    public GitStateStore Store { get; }

    public CommitId First { get; }

    public CommitId Second { get; }

    public string Repository => Options.Path;

    public string Git(params string[] arguments) => _repository.Git.Run(arguments).Trim();

    public string Raw(string type, string name) => _repository.Git.Run("cat-file", type, name);

    /// <summary>Writes an object, whatever it holds, and gives its id.</summary>
    public string Write(string type, string content) =>
        _repository.Git.Run(Encoding.UTF8.GetBytes(content), "hash-object", "-t", type, "-w", "--literally", "--stdin").Trim();

    /// <summary>Makes a reference hold an id, which git itself refuses for damaged objects.</summary>
    public void Point(string reference, string id)
    {
        var path = Path.Combine(Repository, reference);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, id + "\n");
    }

    /// <summary>Commits a file of the cluster to the branch of record, without a signature.</summary>
    public void Forge(string path, string content) => ForgeAt($"clusters/{TestRepository.Cluster}/{path}", content);

    /// <summary>As <see cref="Forge"/>, anywhere in the repository.</summary>
    public void ForgeAt(string path, string content)
    {
        using var clone = new TestDirectory();
        new GitProgram(clone.Path).Run("clone", "--quiet", Repository, "work");
        var work = clone.File("work");
        var file = Path.Combine(work, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
        var git = new GitProgram(work);
        git.Run("add", "--all");
        git.Run("commit", "--quiet", "--message", "By hand");
        git.Run("push", "--quiet", "origin", "HEAD:main");
    }

    /// <summary>Checks what these words lead to, as a restore does.</summary>
    public SignatureVerdict Check(string words) => Check(Store, words);

    public static SignatureVerdict Check(GitStateStore store, string words) =>
        store.CheckSignature(TestRepository.Cluster, words, store.Open(TestRepository.Cluster, words).Id);

    /// <summary>The commit with another signature, or with none.</summary>
    public static string Resigned(string commit, string? signature)
    {
        var start = commit.IndexOf("gpgsig ", StringComparison.Ordinal);
        var end = commit.IndexOf("-----END SSH SIGNATURE-----\n", StringComparison.Ordinal) + "-----END SSH SIGNATURE-----\n".Length;
        var header = signature is null ? "" : $"gpgsig {signature.TrimEnd('\n').Replace("\n", "\n ", StringComparison.Ordinal)}\n";
        return commit[..start] + header + commit[end..];
    }

    /// <summary>What was signed of a tag, and the signature.</summary>
    public static (string Content, string Signature) Parts(string tag)
    {
        var start = tag.IndexOf("-----BEGIN SSH", StringComparison.Ordinal);
        return (tag[..start], tag[start..]);
    }

    public void Dispose()
    {
        Store.Dispose();
        Keys.Dispose();
        _repository.Dispose();
    }

    private CommitId Make(string name)
    {
        using var writer = Store.Begin(TestRepository.Cluster);
        TestRepository.Fill(writer, ("restore-point.yaml", name), ("namespaces/a/b.yaml", $"content of the {name}\n"));
        var commit = writer.Commit(TestRepository.Text)!.Value;
        Store.Tag(TestRepository.Cluster, name, commit, $"The {name}");
        return commit;
    }
}
