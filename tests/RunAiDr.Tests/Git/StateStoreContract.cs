using System.Text;
using RunAiDr.Core;
using RunAiDr.Core.State;

namespace RunAiDr.Tests.Git;

/// <summary>What every state store must do, whatever keeps it.</summary>
public abstract class StateStoreContract
{
    protected const string Cluster = "prod-a";

    protected static CommitText Text { get; } = new("team-a: change RoleBinding r", "one\ntwo", [new("Cluster", Cluster)]);

    protected abstract IStateStore Store { get; }

    [Fact]
    public void Before_the_first_export_there_is_no_tip()
    {
        Assert.Null(Store.Tip(Cluster));
    }

    [Fact]
    public void What_was_put_is_read_back_byte_for_byte()
    {
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(b => (byte)b)];
        Commit(("restore-point.yaml", "v: 1\n"), ("namespaces/a/b.yaml", "b"));
        using (var writer = Store.Begin(Cluster))
        {
            writer.Put("restore-point.yaml", "v: 1\n"u8);
            writer.Put("bytes", bytes);
            writer.Put("empty", []);
            writer.Commit(Text);
        }

        var tree = Store.Open(Cluster, null);

        AssertPaths(["bytes", "empty", "restore-point.yaml"], tree);
        Assert.Equal([256, 0, 5], tree.Files.Select(f => f.Size));
        Assert.All(tree.Files, file => Assert.True(file.IsRegular));
        Assert.Equal(bytes, tree.Read("bytes"));
        Assert.Equal([], tree.Read("empty")!);
        Assert.Null(tree.Read("namespaces/a/b.yaml"));
        Assert.Null(tree.Read("namespaces"));
        Assert.Null(tree.Read("bytes\0"));
    }

    [Fact]
    public void Snapshot_references_go_only_when_they_are_replaced()
    {
        Commit(("restore-point.yaml", "v"), ("snapshots/database.yaml", "d"), ("snapshots/metrics.yaml", "m"));
        using (var writer = Store.Begin(Cluster))
        {
            writer.Put("restore-point.yaml", "v"u8);
            writer.ReplaceSnapshots();
            writer.Put("snapshots/database.yaml", "d2"u8);
            Assert.Equal(
                [new(StateChangeKind.Changed, "snapshots/database.yaml"), new StateChange(StateChangeKind.Deleted, "snapshots/metrics.yaml")],
                writer.Changes());
            writer.Commit(Text);
        }

        AssertPaths(["restore-point.yaml", "snapshots/database.yaml"], Store.Tip(Cluster));
    }

    [Fact]
    public void Tags_are_listed_until_they_are_deleted()
    {
        var first = Commit(("restore-point.yaml", "1"))!.Value;
        var second = Commit(("restore-point.yaml", "2"))!.Value;
        Assert.Empty(Store.Tags(Cluster));
        Store.Tag(Cluster, "a", first, "The first");
        Store.Tag(Cluster, "b", second, "The second\n\nwith a body");
        Store.Tag("other", "c", second, "of another cluster");

        Assert.Equal(
            [("a", first, "The first\n"), ("b", second, "The second\n\nwith a body\n")],
            Store.Tags(Cluster).OrderBy(tag => tag.Name, StringComparer.Ordinal).Select(tag => (tag.Name, tag.Commit, tag.Message)));
        Assert.True(Store.DeleteTag(Cluster, "a"));
        Assert.False(Store.DeleteTag(Cluster, "a"));
        Assert.False(Store.DeleteTag(Cluster, "../other/c"));
        Assert.Equal(["b"], Store.Tags(Cluster).Select(tag => tag.Name));
        Assert.Equal(["c"], Store.Tags("other").Select(tag => tag.Name));
    }

    [Fact]
    public void Files_are_listed_in_ordinal_order_of_the_whole_path()
    {
        Commit(("a/b", "1"), ("a.b", "2"), ("a-b", "3"), ("B", "4"), ("é", "5"));

        AssertPaths(["B", "a-b", "a.b", "a/b", "é"], Store.Tip(Cluster));
    }

    [Fact]
    public void An_amendment_changes_single_files_and_gives_the_tree_that_a_whole_export_gives()
    {
        Commit(("a/x", "1"), ("a/y", "2"), ("b/c/d", "3"), ("restore-point.yaml", "v"));
        var tree = Store.Tip(Cluster)!.TreeId;

        var amended = Store.Amend(
            Cluster, tree, [new("a/x", "9"u8.ToArray()), new("b/c/d", null), new("e/f", "5"u8.ToArray())], Text);

        var after = Store.Tip(Cluster)!;
        Assert.Equal((amended!.Commit, amended.TreeId), (after.Id, after.TreeId));
        AssertPaths(["a/x", "a/y", "e/f", "restore-point.yaml"], after);
        Assert.Null(Commit(("a/x", "9"), ("a/y", "2"), ("e/f", "5"), ("restore-point.yaml", "v")));
    }

    [Fact]
    public void An_amendment_of_a_folder_that_somebody_else_changed_is_not_made()
    {
        Commit(("a/x", "1"), ("restore-point.yaml", "v"));
        var tree = Store.Tip(Cluster)!.TreeId;
        Commit(("a/x", "2"), ("restore-point.yaml", "v"));
        var tip = Store.Tip(Cluster)!.Id;

        Assert.Null(Store.Amend(Cluster, tree, [new("a/x", "3"u8.ToArray())], Text));
        Assert.Equal(tip, Store.Tip(Cluster)!.Id);
    }

    [Fact]
    public void A_kept_file_stays_as_the_tip_has_it()
    {
        Commit(("a/x", "1"), ("b", "2"));
        using var writer = Store.Begin(Cluster);
        writer.Put("b", "3"u8);
        writer.Keep("a/x");
        writer.Commit(Text);

        AssertPaths(["a/x", "b"], Store.Tip(Cluster));
        Assert.Equal("1"u8.ToArray(), Store.Tip(Cluster)!.Read("a/x"));
    }

    [Fact]
    public void Committing_the_same_tree_twice_makes_one_restore_point()
    {
        var first = Commit(("a/x", "1"), ("b", "2"));
        var second = Commit(("b", "2"), ("a/x", "1"));

        Assert.NotNull(first);
        Assert.Null(second);
        Assert.Equal(first, Store.Tip(Cluster)!.Id);
    }

    [Fact]
    public void Equal_state_has_an_equal_tree_id()
    {
        var first = Commit(("restore-point.yaml", "1"), ("a", "1"));
        Commit(("restore-point.yaml", "1"), ("a", "2"));
        Commit(("a", "1"), ("restore-point.yaml", "1"));

        Assert.NotEqual(first, Store.Tip(Cluster)!.Id);
        Assert.Equal(Store.Open(Cluster, first!.Value.Sha).TreeId, Store.Tip(Cluster)!.TreeId);
    }

    [Fact]
    public void Putting_a_path_again_replaces_its_content()
    {
        using var writer = Store.Begin(Cluster);
        writer.Put("a", "1"u8);
        writer.Put("a", "2"u8);
        writer.Commit(Text);

        Assert.Equal("2"u8.ToArray(), Store.Tip(Cluster)!.Read("a"));
    }

    [Fact]
    public void Reset_forgets_every_file_put_so_far()
    {
        Commit(("old", "1"));
        using var writer = Store.Begin(Cluster);
        for (var i = 0; i < 200; i++)
        {
            writer.Put($"gone/{i}", Encoding.UTF8.GetBytes($"{i}"));
        }

        writer.Reset();
        writer.Put("old", "1"u8);
        writer.Put("gone/7", "7"u8);
        writer.Commit(Text);

        AssertPaths(["gone/7", "old"], Store.Tip(Cluster));
        Assert.Equal("7"u8.ToArray(), Store.Tip(Cluster)!.Read("gone/7"));
    }

    [Fact]
    public void A_document_and_its_secrets_are_one_deletion()
    {
        Commit(("values/a.yaml", "1"), ("secrets/values/a.age", "1"), ("secrets/values/a.macs.yaml", "1"), ("secrets/recipients.yaml", "1"));
        using var writer = Store.Begin(Cluster);

        Assert.Equal((1, 1), writer.Deletions());
    }

    [Fact]
    public void Changes_and_deletions_are_told_against_the_tip()
    {
        Commit(("same", "1"), ("changed", "1"), ("deleted/x", "1"), ("deleted/y", "1"));
        using var writer = Store.Begin(Cluster);
        writer.Put("same", "1"u8);
        writer.Put("changed", "2"u8);
        writer.Put("added", "1"u8);

        Assert.Equal((2, 4), writer.Deletions());
        Assert.Equal(
            [
                new StateChange(StateChangeKind.Added, "added"),
                new StateChange(StateChangeKind.Changed, "changed"),
                new StateChange(StateChangeKind.Deleted, "deleted/x"),
                new StateChange(StateChangeKind.Deleted, "deleted/y"),
            ],
            writer.Changes());
    }

    [Fact]
    public void A_writer_disposed_without_commit_leaves_nothing()
    {
        var first = Commit(("a", "1"));
        using (var writer = Store.Begin(Cluster))
        {
            writer.Put("b", "1"u8);
        }

        Assert.Equal(first, Store.Tip(Cluster)!.Id);
        AssertPaths(["a"], Store.Tip(Cluster));
    }

    [Fact]
    public void Clusters_do_not_touch_each_other()
    {
        Commit(("a", "1"));
        using (var other = Store.Begin("prod-b"))
        {
            other.Put("b", "1"u8);
            other.Commit(Text);
        }

        AssertPaths(["a"], Store.Tip(Cluster));
        AssertPaths(["b"], Store.Tip("prod-b"));
    }

    [Fact]
    public void The_last_file_of_a_cluster_can_go()
    {
        Commit(("a", "1"));

        Assert.NotNull(Commit());
        Assert.Null(Store.Tip(Cluster));
        Assert.Null(Commit());
    }

    [Fact]
    public void A_restore_point_is_found_by_tag_branch_commit_and_prefix()
    {
        var id = Commit(("restore-point.yaml", "1"))!.Value;
        Commit(("restore-point.yaml", "2"));
        Assert.Equal("dr/prod-a/before-upgrade", Store.Tag(Cluster, "before-upgrade", id, "Before the upgrade"));

        Assert.All(
            ["before-upgrade", "dr/prod-a/before-upgrade", "refs/tags/dr/prod-a/before-upgrade", id.Sha, id.Sha[..10], id.Sha[..7].ToUpperInvariant()],
            reference => Assert.Equal(id, Store.Open(Cluster, reference).Id));
        Assert.Equal(Store.Tip(Cluster)!.Id, Store.Open(Cluster, "main").Id);
        Assert.Equal(Store.Tip(Cluster)!.Id, Store.Open(Cluster, null).Id);
    }

    [Theory]
    [InlineData("nightly")]
    [InlineData("0123")]
    [InlineData("012")]
    [InlineData("0123456789012345678901234567890123456789")]
    [InlineData("main~1")]
    [InlineData("main^{tree}")]
    [InlineData("HEAD@{1}")]
    [InlineData("--all")]
    [InlineData("../../etc/passwd")]
    [InlineData("main\0")]
    [InlineData("a b\n")]
    [InlineData("\ud800")]
    [InlineData("")]
    public void An_unknown_reference_names_the_nearest_tags(string reference)
    {
        var id = Commit(("restore-point.yaml", "1"))!.Value;
        Store.Tag(Cluster, "night", id, "m");
        Store.Tag(Cluster, "monday", id, "m");

        var failure = Assert.Throws<RunAiDrException>(() => Store.Open(Cluster, reference));

        Assert.Equal(Fault.RestorePoint, failure.Fault);
        Assert.Contains("dr/prod-a/night", failure.Remedy, StringComparison.Ordinal);
        Assert.Contains("git log", failure.Remedy, StringComparison.Ordinal);
        if (reference == "nightly")
        {
            Assert.Contains("dr/prod-a/night, dr/prod-a/monday", failure.Remedy, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_commit_without_a_restore_point_of_the_cluster_is_refused()
    {
        Commit(("restore-point.yaml", "1"));
        var bare = Commit(("a", "1"))!.Value;

        Assert.Equal(Fault.RestorePoint, Assert.Throws<RunAiDrException>(() => Store.Open(Cluster, bare.Sha)).Fault);
        Assert.Equal(Fault.RestorePoint, Assert.Throws<RunAiDrException>(() => Store.Open("other", "main")).Fault);
    }

    [Fact]
    public void A_tag_name_is_taken_only_once()
    {
        var first = Commit(("restore-point.yaml", "1"))!.Value;
        var second = Commit(("restore-point.yaml", "2"))!.Value;
        Store.Tag(Cluster, "one", first, "m");

        Assert.Throws<RunAiDrException>(() => Store.Tag(Cluster, "one", second, "m"));
        Assert.Throws<RunAiDrException>(() => Store.Tag(Cluster, "one/below", second, "m"));
        Assert.Equal(first, Store.Open(Cluster, "one").Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a..b")]
    [InlineData("a~1")]
    [InlineData("-d")]
    [InlineData(".hidden")]
    [InlineData("x.lock")]
    [InlineData("a//b")]
    [InlineData("a@{b")]
    [InlineData("a\nb")]
    [InlineData("\udc00")]
    public void An_illegal_tag_name_is_refused(string name)
    {
        var id = Commit(("restore-point.yaml", "1"))!.Value;

        Assert.Equal(Fault.Configuration, Assert.Throws<RunAiDrException>(() => Store.Tag(Cluster, name, id, "m")).Fault);
    }

    [Fact]
    public void Names_of_300_characters_are_refused_as_tags_and_unknown_as_references()
    {
        var id = Commit(("restore-point.yaml", "1"))!.Value;
        var name = new string('x', 300);

        Assert.Equal(Fault.Configuration, Assert.Throws<RunAiDrException>(() => Store.Tag(Cluster, name, id, "m")).Fault);
        Assert.Equal(Fault.RestorePoint, Assert.Throws<RunAiDrException>(() => Store.Open(Cluster, name)).Fault);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData(".git")]
    [InlineData("a b")]
    public void A_cluster_name_that_cannot_be_a_folder_is_refused(string cluster)
    {
        Assert.Equal(Fault.Configuration, Assert.Throws<RunAiDrException>(() => Store.Begin(cluster)).Fault);
    }

    protected static void AssertPaths(string[] expected, IStateTree? tree) =>
        Assert.Equal(expected, tree?.Files.Select(file => file.Path) ?? [], StringComparer.Ordinal);

    protected CommitId? Commit(params (string Path, string Content)[] files)
    {
        using var writer = Store.Begin(Cluster);
        foreach (var (path, content) in files)
        {
            writer.Put(path, Encoding.UTF8.GetBytes(content));
        }

        return writer.Commit(Text);
    }
}
