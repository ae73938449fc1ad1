using System.Globalization;
using System.IO.Compression;
using System.Text;
using RunAiDr.Core.State;
using RunAiDr.Git;

namespace RunAiDr.Tests.Git;

public sealed class HousekeepingTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Open_readers_and_writers_go_on_while_objects_move_into_packs()
    {
        _repository.Commit([("restore-point.yaml", "1\n"), .. TestRepository.Many(300)]);
        using var store = _repository.Open();
        var old = store.Tip(TestRepository.Cluster)!;
        var before = old.Read("namespaces/ns-1/f-1.yaml");
        using var housekeeping = new Housekeeping(_repository.Options.Path, TimeProvider.System);
        Assert.False(housekeeping.IsDue());

        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 60; i++)
            {
                Amend(store, $"namespaces/ns-{i % 10}/f-{i}.yaml", $"round {round} change {i}\n");
            }

            var running = housekeeping.RunAsync(CancellationToken.None);
            Amend(store, "restore-point.yaml", $"during {round}\n");
            var outcome = await running;

            Assert.Null(outcome.Failure);
            Assert.True(outcome.LooseBefore >= 60 * 4, $"{outcome}");
            Assert.Equal($"round {round} change 7\n", Read(store.Tip(TestRepository.Cluster)!, "namespaces/ns-7/f-7.yaml"));
            Assert.Equal("content 299\n", Read(store.Tip(TestRepository.Cluster)!, "namespaces/ns-9/f-299.yaml"));
            Assert.Equal(before, old.Read("namespaces/ns-1/f-1.yaml"));
            Assert.Equal("content 250\n", Read(old, "namespaces/ns-0/f-250.yaml"));
        }

        Assert.True(Directory.GetFiles(_repository.Packs, "*.pack").Length <= 4);
        Assert.Equal("184\n", _repository.Git.Run("rev-list", "--count", "main"));
        _repository.Git.AssertSound();
    }

    [Fact]
    public async Task Objects_that_nothing_names_yet_stay()
    {
        _repository.Commit(("restore-point.yaml", "1\n"));
        var loose = _repository.Git.Run("just written"u8, "hash-object", "-w", "--stdin").Trim();
        using var housekeeping = new Housekeeping(_repository.Options.Path, TimeProvider.System);

        await housekeeping.RunAsync(CancellationToken.None);
        await housekeeping.RunAsync(CancellationToken.None);

        Assert.Equal("just written", _repository.Git.Run("cat-file", "blob", loose));
    }

    [Fact]
    public async Task What_a_killed_run_left_goes_after_an_hour()
    {
        _repository.Commit(("restore-point.yaml", "1\n"));
        Directory.CreateDirectory(_repository.Packs);
        string[] old = [_repository.File("objects/pack/tmp_pack_Xy12Za"), _repository.File("objects/pack/.tmp-77-pack-1.pack"), _repository.File("objects/tmp_obj_1")];
        var young = _repository.File("objects/pack/tmp_pack_young1");
        foreach (var path in old)
        {
            File.WriteAllText(path, "half");
            File.SetLastWriteTimeUtc(path, TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-2));
        }

        File.WriteAllText(young, "half");
        using var housekeeping = new Housekeeping(_repository.Options.Path, TimeProvider.System);

        Assert.Null((await housekeeping.RunAsync(CancellationToken.None)).Failure);

        Assert.DoesNotContain(old, File.Exists);
        Assert.True(File.Exists(young));
    }

    [Fact]
    public async Task A_cancelled_run_leaves_a_sound_repository_and_the_next_one_ends()
    {
        _repository.Commit([("restore-point.yaml", "1\n"), .. TestRepository.Many(2000)]);
        _repository.Commit([("restore-point.yaml", "2\n"), .. TestRepository.Many(1000)]);
        using var housekeeping = new Housekeeping(_repository.Options.Path, TimeProvider.System);
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(20), TimeProvider.System);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => housekeeping.RunAsync(cancel.Token));

        _repository.Git.AssertSound();
        Assert.Null((await housekeeping.RunAsync(CancellationToken.None)).Failure);
        _repository.Git.AssertSound();
    }

    [Fact]
    public async Task A_failure_is_a_result_and_a_second_run_at_once_does_nothing()
    {
        using var housekeeping = new Housekeeping(_repository.Options.Path, TimeProvider.System);
        _repository.Commit(("restore-point.yaml", "1\n"));
        var first = housekeeping.RunAsync(CancellationToken.None);
        var second = await housekeeping.RunAsync(CancellationToken.None);
        Assert.Null((await first).Failure);
        Assert.NotNull(second.Failure);

        _repository.Commit(("restore-point.yaml", "2\n"));
        var blob = _repository.Git.Run("rev-parse", "main:clusters/prod-a/restore-point.yaml").Trim();
        File.Delete(_repository.File($"objects/{blob[..2]}/{blob[2..]}"));

        Assert.Contains("git repack", (await housekeeping.RunAsync(CancellationToken.None)).Failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1000, 400)]
    public async Task A_change_costs_little_more_than_itself(int files, int changes)
    {
        _repository.Commit([("restore-point.yaml", "1\n"), .. Enumerable.Range(0, files).Select(i => (Path(i), Resource(i, "1")))]);
        using var store = _repository.Open();
        using var housekeeping = new Housekeeping(_repository.Options.Path, TimeProvider.System);
        var first = await housekeeping.RunAsync(CancellationToken.None);
        for (var i = 0; i < changes; i++)
        {
            var file = i * 7919 % files;
            Amend(store, Path(file), Resource(file, i.ToString(CultureInfo.InvariantCulture)));
            if (housekeeping.IsDue())
            {
                Assert.Null((await housekeeping.RunAsync(CancellationToken.None)).Failure);
            }
        }

        var outcome = await housekeeping.RunAsync(CancellationToken.None);

        Assert.Null(outcome.Failure);
        var growth = (double)(outcome.BytesAfter - first.BytesAfter) / changes;
        var change = Deflated(_repository.Git.Run("show", "main"));
        Assert.True(growth <= 4 * change, $"{growth:0} bytes for each change of {change}");
    }

    private static string Path(int i) => $"namespaces/runai-team-{i % 200}/configmaps/quota-{i}.yaml";

    private static string Resource(int i, string value) => $"""
        apiVersion: v1
        data:
          owner: team-{i % 200}
          quota: "{value}"
        kind: ConfigMap
        metadata:
          labels:
            app.kubernetes.io/managed-by: runai
            runai/queue: team-{i % 200}
          name: quota-{i}
          namespace: runai-team-{i % 200}

        """;

    private static void Amend(GitStateStore store, string path, string content)
    {
        var tip = store.Tip(TestRepository.Cluster)!;
        Assert.NotNull(store.Amend(
            TestRepository.Cluster, tip.TreeId, [new StateEdit(path, Encoding.UTF8.GetBytes(content))], new CommitText($"change {path}", "", [new("Cluster", "prod-a")])));
    }

    private static string Read(IStateTree tree, string path) => Encoding.UTF8.GetString(tree.Read(path)!);

    private static long Deflated(string text)
    {
        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.Length;
    }
}
