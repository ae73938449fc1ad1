using System.Diagnostics;
using RunAiDr.Core;
using RunAiDr.Git;

namespace RunAiDr.Tests.Git;

public sealed class RepositoryLockTests : IDisposable
{
    private static readonly int Self = Environment.ProcessId;

    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void Only_one_has_a_repository_and_the_other_learns_who()
    {
        using (Take())
        {
            var failure = Assert.Throws<RunAiDrException>(Take);
            Assert.Equal(Fault.NeedsOperator, failure.Fault);
            Assert.Contains($"Process {Self} on host-a", failure.Message, StringComparison.Ordinal);
        }

        Take().Dispose();
    }

    [Theory]
    [InlineData("host-a\n999999999\n5\n2026-01-01T00:00:00Z\n")]
    [InlineData("host-a\n1\n5\n2026-01-01T00:00:00Z\n")]
    [InlineData("host-b\n1\n5\n2026-01-01T00:00:00Z\n")]
    [InlineData("half a li")]
    [InlineData("")]
    public void What_a_dead_process_left_is_taken_over(string owner)
    {
        File.WriteAllText(_repository.File("runai-dr.owner"), owner);
        File.WriteAllText(_repository.File("runai-dr.lock"), "");

        using var taken = Take();

        Assert.StartsWith("host-a\n", File.ReadAllText(_repository.File("runai-dr.owner")), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_nothing_locks_the_owner_that_lives_keeps_the_repository()
    {
        using var other = Process.Start(new ProcessStartInfo("sleep", ["60"]))!;
        try
        {
            var started = File.ReadAllText($"/proc/{other.Id}/stat").Split(' ')[21];
            File.WriteAllText(_repository.File("runai-dr.owner"), $"host-a\n{other.Id}\n{started}\n2026-01-01T00:00:00Z\n");

            Assert.Contains($"Process {other.Id} ", Assert.Throws<RunAiDrException>(Take).Message, StringComparison.Ordinal);
        }
        finally
        {
            other.Kill();
            other.WaitForExit();
        }

        Take().Dispose();
    }

    [Fact]
    public async Task A_killed_owner_blocks_nobody()
    {
        // flock(1) takes the lock as we do; without a fork, nobody but the killed process has it.
        using var other = Process.Start(new ProcessStartInfo("flock", ["--no-fork", _repository.File("runai-dr.lock"), "sleep", "60"]))!;
        await UntilAsync(held: true);

        other.Kill(entireProcessTree: true);
        await other.WaitForExitAsync();
        await UntilAsync(held: false);

        // Programs that other tests start share the files of this process for a moment, and with them a lock.
        async Task UntilAsync(bool held)
        {
            for (var i = 0; i < 200 && IsHeld() != held; i++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }

            Assert.Equal(held, IsHeld());
        }

        bool IsHeld()
        {
            try
            {
                Take().Dispose();
                return false;
            }
            catch (RunAiDrException)
            {
                return true;
            }
        }
    }

    [Fact]
    public async Task Lock_files_of_killed_writers_are_removed_and_those_of_living_ones_stay()
    {
        _repository.Commit(("restore-point.yaml", "1\n"));
        using var taken = Take();
        string[] left = [_repository.File("refs/heads/main.lock"), _repository.File("packed-refs.lock"), _repository.File("packed-refs.new")];
        Array.ForEach(left, path => File.WriteAllText(path, ""));
        using var living = new FileStream(_repository.File("refs/heads/other.lock"), FileMode.CreateNew, FileAccess.Write, FileShare.Read);

        var removed = await taken.RemoveLeftoversAsync(CancellationToken.None);

        Assert.Equal(left.Order(StringComparer.Ordinal), removed.Order(StringComparer.Ordinal));
        Assert.True(File.Exists(living.Name));
        Assert.NotNull(_repository.Commit(("restore-point.yaml", "2\n")));
        _repository.Git.Run("pack-refs");
    }

    private RepositoryLock Take() => RepositoryLock.Take(_repository.Options.Path, RepositoryLock.Keeping, "host-a", Self, TimeProvider.System);
}
