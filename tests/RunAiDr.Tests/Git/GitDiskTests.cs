using System.Diagnostics;
using System.Security.Cryptography;
using RunAiDr.Core;
using RunAiDr.Git;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Git;

/// <summary>Disks that are full, read-only, or belong to another user.</summary>
public sealed class GitDiskTests : IDisposable
{
    private readonly TestDirectory _disk = new();
    private bool _mounted;

    public void Dispose()
    {
        if (_mounted)
        {
            Run("umount", "-l", _disk.Path);
        }

        _disk.Dispose();
    }

    private GitStateOptions Options => new() { Path = _disk.File("repo.git") };

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(60)]
    [InlineData(400)]
    public void A_full_disk_is_named_and_the_last_restore_point_stays(int files)
    {
        Mount();
        using var store = Init();
        var before = Export(store, 10, 10);

        var failure = Assert.Throws<RunAiDrException>(() => Export(store, files, 1_500_000 / files));

        Assert.Equal(Fault.Repository, failure.Fault);
        Assert.Contains("full", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, store.Tip("c")!.Id.Sha);
        Assert.Empty(Directory.GetFiles(_disk.File("repo.git/objects/pack"), "tmp_*"));
        new GitProgram(Options.Path).AssertSound();
        Assert.NotEqual(before, Export(store, 11, 10), StringComparer.Ordinal);
    }

    [SkippableFact]
    public async Task A_disk_that_a_fetch_fills_is_named_and_nothing_is_left_of_it()
    {
        Mount();
        using var elsewhere = new TestDirectory();
        var there = Options with { Path = elsewhere.File("remote.git") };
        GitStateStore.Init(TestRepository.Nothing, there, TestRepository.Clock);
        using var remote = GitStateStore.Open(there, TestRepository.Clock);
        Export(remote, 2, 1_000_000);
        using var store = Init();
        var before = Export(store, 1, 10);
        using var synchronized = GitRemote.Open(
            new GitRemoteOptions { Repository = Options, Url = there.Path, Clusters = ["c"] }, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => synchronized.SynchronizeAsync(() => true, CancellationToken.None));

        Assert.Contains("full", failure.Message, StringComparison.Ordinal);
        Assert.Equal(Fault.Repository, failure.Fault);
        Assert.Equal(before, store.Tip("c")!.Id.Sha);
        new GitProgram(Options.Path).AssertSound();
    }

    [SkippableFact]
    public void A_read_only_disk_is_named()
    {
        Mount();
        using var store = Init();
        Export(store, 1, 10);
        Run("mount", "-o", "remount,ro", _disk.Path);

        Assert.All([2, 200], files =>
        {
            var failure = Assert.Throws<RunAiDrException>(() => Export(store, files, 10));
            Assert.Equal(Fault.Repository, failure.Fault);
            Assert.Contains(Options.Path, failure.Message, StringComparison.Ordinal);
        });
        Assert.Single(store.Tip("c")!.Files);
    }

    [SkippableFact]
    public void A_repository_of_another_user_is_refused_with_a_remedy()
    {
        Init().Dispose();
        Skip.If(Run("chown", "-R", "12345", Options.Path) != 0, "Only root can give a repository to another user.");

        var failure = Assert.Throws<RunAiDrException>(() => GitStateStore.Open(Options, TestRepository.Clock));

        Assert.Contains("another user", failure.Message, StringComparison.Ordinal);
        Assert.Contains("chown", failure.Remedy, StringComparison.Ordinal);
    }

    private static string Export(GitStateStore store, int files, int bytes)
    {
        using var writer = store.Begin("c");
        for (var i = 0; i < files; i++)
        {
            writer.Put($"f{i}", RandomNumberGenerator.GetBytes(bytes)); // nothing that deflate could make small
        }

        return writer.Commit(TestRepository.Text)!.Value.Sha;
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        process.WaitForExit();
        return process.ExitCode;
    }

    private GitStateStore Init()
    {
        GitStateStore.Init(TestRepository.Nothing, Options, TestRepository.Clock);
        return GitStateStore.Open(Options, TestRepository.Clock);
    }

    private void Mount()
    {
        _mounted = Run("mount", "-t", "tmpfs", "-o", "size=1m", "none", _disk.Path) == 0;
        Skip.IfNot(_mounted, "A small disk needs the right to mount a tmpfs.");
    }
}
