using System.Text;
using RunAiDr.Core;
using RunAiDr.Core.State;
using RunAiDr.Git;

namespace RunAiDr.Tests.Git;

/// <summary>Trees that git reads although it would write none of them.</summary>
public sealed class HostileTreeTests : IDisposable
{
    private const string File = "100644";
    private const string Folder = "40000";

    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_small_tree_that_holds_itself_many_times_over_is_refused()
    {
        var tree = Tree([.. Enumerable.Range(0, 50).Select(i => (File, Name($"f{i}"), Blob("x")))]);
        for (var level = 0; level < 12; level++)
        {
            tree = Tree([.. Enumerable.Range(0, 10).Select(i => (Folder, Name($"d{i}"), tree))]);
        }

        Refused(tree, "holds more than 250000 files");
    }

    [Fact]
    public void A_tree_deeper_than_any_stack_is_refused()
    {
        var tree = Tree((File, Name("f"), Blob("x")));
        for (var level = 0; level < 400; level++)
        {
            tree = Tree((Folder, Name("d"), tree));
        }

        Refused(tree, "deeper than 32");
    }

    [Fact]
    public void Two_entries_that_would_be_one_file_are_refused()
    {
        Refused(Tree((File, Name("a"), Blob("1")), (File, Name("a"), Blob("2"))), "two entries of one name");
        Refused(Tree((File, [0xff], Blob("1")), (File, [0xfe], Blob("2"))), "two entries of one name");
        Refused(Tree((File, Name("a/b"), Blob("1"))), "a name with a slash");
    }

    [Fact]
    public void A_file_is_not_read_into_memory_when_it_is_too_large()
    {
        Commit(Tree((File, Name("restore-point.yaml"), Blob(new string('x', 5 * 1024 * 1024)))));
        using var store = _repository.Open();
        var tree = store.Open(TestRepository.Cluster, "main");

        Assert.Equal(5 * 1024 * 1024, Assert.Single(tree.Files).Size);
        var failure = Assert.Throws<RunAiDrException>(() => tree.Read("restore-point.yaml"));

        Assert.Contains("larger than 4194304", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_that_lies_about_its_object_is_refused()
    {
        var folder = Tree((File, Name("f"), Blob("x")));

        Unreadable(Tree((Folder, Name("d"), Blob("x"))));
        Unreadable(Tree((File, Name("d"), folder)));
        Unreadable(Tree((File, Name("gone"), "0123456789012345678901234567890123456789")));
        Unreadable(Tree((Folder, Name("gone"), "0123456789012345678901234567890123456789")));
    }

    [Fact]
    public void A_hundred_thousand_files_and_names_of_four_kilobytes_are_listed()
    {
        var blob = Blob("x");
        CommitWithin(Tree([.. Enumerable.Range(0, 100_000).Select(i => (File, Name($"f{i:d6}"), blob)), (File, Name(new string('n', 4096)), blob)]));
        using var store = _repository.Open();

        Assert.Equal(100_002, store.Open(TestRepository.Cluster, "main").Files.Count());
    }

    private void Refused(string tree, string message)
    {
        CommitWithin(tree);
        using var store = _repository.Open();
        var failure = Assert.Throws<RunAiDrException>(() => store.Open(TestRepository.Cluster, "main").Files.Count());
        Assert.Equal(Fault.RestorePoint, failure.Fault);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);

        // The service meets the same tree when it begins the next export.
        Assert.Throws<RunAiDrException>(() => store.Begin(TestRepository.Cluster));
    }

    private void Unreadable(string tree)
    {
        CommitWithin(tree);
        using var store = _repository.Open();
        Assert.Throws<RunAiDrException>(() =>
        {
            var opened = store.Open(TestRepository.Cluster, "main");
            return opened.Files.Select(file => opened.Read(file.Path) ?? throw Nothing()).ToArray();
        });

        static RunAiDrException Nothing() => new(Fault.RestorePoint, "nothing is there", "as a reader says it");
    }

    /// <summary>In a folder of something that otherwise is a restore point.</summary>
    private void CommitWithin(string tree) =>
        Commit(Tree((Folder, Name("namespaces"), tree), (File, Name("restore-point.yaml"), Blob("x"))));

    private void Commit(string folder)
    {
        var root = Tree((Folder, Name("clusters"), Tree((Folder, Name(TestRepository.Cluster), folder))));
        _repository.Git.Run("update-ref", "refs/heads/main", _repository.Git.Run("commit-tree", root, "-m", "x").Trim());
    }

    private string Blob(string content) => _repository.Git.Run(Encoding.UTF8.GetBytes(content), "hash-object", "-w", "--stdin").Trim();

    private string Tree(params (string Mode, byte[] Name, string Id)[] entries)
    {
        using var content = new MemoryStream();
        foreach (var (mode, name, id) in entries)
        {
            content.Write([.. Encoding.ASCII.GetBytes(mode), (byte)' ', .. name, 0, .. Convert.FromHexString(id)]);
        }

        return _repository.Git.Run(content.ToArray(), "hash-object", "-w", "-t", "tree", "--literally", "--stdin").Trim();
    }

    private static byte[] Name(string name) => Encoding.UTF8.GetBytes(name);
}
