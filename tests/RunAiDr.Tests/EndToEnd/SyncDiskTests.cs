using System.Diagnostics;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>A disk that is full for a while, and what killed processes leave on one.</summary>
public sealed class SyncDiskTests : SyncScene
{
    private bool _mounted;

    private protected override void CleanUp()
    {
        if (_mounted)
        {
            Run("umount", "-l", Folder.File("dr.git"));
        }
    }

    [SkippableFact]
    public async Task A_full_disk_is_told_and_the_work_goes_on_once_it_has_space()
    {
        Directory.CreateDirectory(Folder.File("dr.git"));
        _mounted = Run("mount", "-t", "tmpfs", "-o", "size=8m", "none", Folder.File("dr.git")) == 0;
        Skip.IfNot(_mounted, "A small disk needs the right to mount a tmpfs.");
        await using var sync = Start();
        await sync.UntilReadyAsync();
        Load("before");
        await UntilRemoteAsync("before", sync);
        FillDisk();

        await StormAsync(new Random(9), 60);
        Load("while-full");
        await UntilReadyzAsync(sync, "is full");
        File.Delete(Folder.File("dr.git/filler"));

        await UntilRemoteAsync("while-full", sync);
        await sync.UntilReadyAsync();
        await UntilCompleteAsync(sync);
    }

    [Fact]
    public async Task What_killed_processes_left_behind_is_in_nobodys_way()
    {
        await using (var sync = Start())
        {
            await sync.UntilReadyAsync();
            Load("one");
            await UntilRemoteAsync("one", sync);
            await sync.KillAsync();
        }

        foreach (var (name, content) in (IEnumerable<(string, string)>)[
            ("objects/pack/pack-0123456789012345678901234567890123456789.pack", "PACK\0\0\0\u0002half"),
            ("objects/pack/tmp_pack_AbCdEf", "PACK"), ("objects/pack/tmp_idx_AbCdEf", ""), ("objects/pack/tmp_runai-dr_0", "PACK"),
            ("objects/pack/.tmp-77-pack-01234567.pack", "PACK"), ("objects/12/tmp_obj_AbCdEf", "x"),
            ("refs/heads/main.lock", ""), ("packed-refs.lock", ""), ("packed-refs.new", "# pack-refs"), ("HEAD.lock", ""), ("config.lock", ""),
            ("runai-dr.owner", $"{Environment.MachineName}\n999999\n1\n2026-01-01T00:00:00Z\n"), ("runai-dr.owner.new", "half")])
        {
            var path = Folder.File($"dr.git/{name}");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, content);
        }

        await using var next = Start();
        Load("two");
        await UntilRemoteAsync("two", next);
        Local.Run("pack-refs");
        Local.Run("repack", "-d", "-q", "--geometric=2");
        Load("three");
        await UntilRemoteAsync("three", next);
        await UntilCompleteAsync(next);
    }

    [Fact]
    public async Task Housekeeping_that_is_killed_anywhere_harms_neither_history_nor_work()
    {
        await using var sync = Start();
        await sync.UntilReadyAsync();
        var random = new Random(10);
        for (var i = 0; i < 8; i++)
        {
            await StormAsync(random, 15);
            using var repack = Process.Start(new ProcessStartInfo("git", ["repack", "-d", "-q", .. i % 2 == 0 ? ["--geometric=2"] : (string[])[]])
            {
                WorkingDirectory = Folder.File("dr.git"),
                RedirectStandardError = true,
                UseShellExecute = false,
            })!;
            await Task.Delay(random.Next(2, 120), CancellationToken.None);
            repack.Kill(entireProcessTree: true);
            await repack.WaitForExitAsync();
        }

        Load("last");
        await UntilRemoteAsync("last", sync);
        await UntilCompleteAsync(sync);
    }

    // In chunks, until not even a small file fits.
    private void FillDisk()
    {
        using var filler = new FileStream(Folder.File("dr.git/filler"), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        var chunk = new byte[4096];
        try
        {
            while (true)
            {
                filler.Write(chunk);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
