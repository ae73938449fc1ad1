using RunAiDr.Core;
using RunAiDr.Core.Resources;

namespace RunAiDr.Git;

/// <summary>
/// Keeps a repository small that gets a commit for each change: packs what is loose with deltas, and merges packs so
/// that there are few. No object is dropped and no history rewritten; readers and writers need not stop.
/// </summary>
public sealed class Housekeeping(string repository, TimeProvider clock) : IDisposable
{
    private const int ManyLoose = 500;
    private const int ManyPacks = 40;
    private static readonly TimeSpan TemporaryLife = TimeSpan.FromHours(1);

    private readonly SemaphoreSlim _running = new(1);

    /// <summary>Whether there is enough to pack. Looks at names of files only.</summary>
    public bool IsDue() => GitFault.Explain(repository, () =>
    {
        var objects = Objects();
        return Loose(objects).Skip(ManyLoose - 1).Any() || Packs(objects).Skip(ManyPacks - 1).Any();
    });

    /// <summary>Packs and tidies, once at a time: a call while another runs does nothing. A failure is a result.</summary>
    public async Task<HousekeepingOutcome> RunAsync(CancellationToken ct)
    {
        if (!await _running.WaitAsync(TimeSpan.Zero, ct))
        {
            return new HousekeepingOutcome(0, 0, 0, "It is running already.");
        }

        try
        {
            var objects = Objects();
            var (loose, before) = (Loose(objects).Count(), Size(objects));
            RemoveTemporary(objects);
            var failure = await PackAsync(Directory.GetParent(objects)?.FullName ?? objects, ct);
            return new HousekeepingOutcome(loose, before, Size(objects), failure is null ? null : Visible.Text(failure));
        }
        catch (RunAiDrException failure)
        {
            return new HousekeepingOutcome(0, 0, 0, failure.Message);
        }
        catch (Exception failure) when (GitFault.IsFault(failure))
        {
            return new HousekeepingOutcome(0, 0, 0, failure.Message);
        }
        finally
        {
            _running.Release();
        }
    }

    public void Dispose() => _running.Dispose();

    private static async Task<string?> PackAsync(string folder, CancellationToken ct)
    {
        var git = new GitCommand(folder);

        // The first finds good bases for deltas by the paths of files, the second keeps the number of packs low.
        return await git.RunAsync(["repack", "-d", "-q", "--window=50"], ct)
            ?? await git.RunAsync(["repack", "-d", "-q", "--geometric=2", "--window=50"], ct)
            ?? await git.RunAsync(["pack-refs"], ct);
    }

    private string Objects()
    {
        using var opened = GitLibrary.Open(repository);
        return Path.Combine(opened.Info.Path, "objects");
    }

    // What a killed git left behind. Ours are removed by their own rule, which knows whether the writer lives.
    private void RemoveTemporary(string objects)
    {
        var oldest = clock.GetUtcNow().UtcDateTime - TemporaryLife;
        var files = Directory.EnumerateFiles(objects, "tmp_*", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Path.Combine(objects, "pack"), ".tmp-*"));
        foreach (var path in files.Where(path => File.GetLastWriteTimeUtc(path) < oldest).Where(path => !PackFile.IsTemporary(path)).ToList())
        {
            File.Delete(path);
        }

        PackFile.RemoveStale(Path.Combine(objects, "pack"));
    }

    private static IEnumerable<string> Loose(string objects) =>
        Directory.EnumerateDirectories(objects, "??").SelectMany(Directory.EnumerateFiles);

    private static IEnumerable<string> Packs(string objects) => Directory.EnumerateFiles(Path.Combine(objects, "pack"), "*.pack");

    // Git may move a file away between listing and looking.
    private static long Size(string objects) => new DirectoryInfo(objects)
        .EnumerateFiles("*", SearchOption.AllDirectories)
        .Sum(file => file.Exists ? file.Length : 0);
}
