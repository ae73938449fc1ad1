using System.Globalization;
using System.Text;
using RunAiDr.Core.State;

namespace RunAiDr.Benchmarks;

/// <summary>Baseline (b): git itself storing the same files in one commit.</summary>
internal sealed class FastImport(string folder)
{
    private readonly string _stream = Path.Combine(folder, "fast-import");

    /// <summary>Writes what git reads. Gives the number of bytes of the files.</summary>
    public long Prepare(IStateTree tree)
    {
        using var stream = File.Create(_stream);
        Write("commit refs/heads/main\ncommitter bench <bench@localhost> 0 +0000\ndata 0\n");
        var bytes = 0L;
        foreach (var file in tree.Files)
        {
            var content = tree.Read(file.Path) ?? throw new InvalidOperationException($"{file.Path} cannot be read");
            Write(string.Create(CultureInfo.InvariantCulture, $"M 100644 inline clusters/bench/{file.Path}\ndata {content.Length}\n"));
            stream.Write(content);
            Write("\n");
            bytes += content.Length;
        }

        return bytes;

        void Write(string text) => stream.Write(Encoding.UTF8.GetBytes(text));
    }

    public async Task<TimeSpan> RunAsync(CancellationToken ct)
    {
        var repository = await Repositories.CreateAsync(folder, ct);
        var import = await ChildProcess.RunAsync(
            "sh", ["-c", "exec git -C \"$1\" fast-import --quiet < \"$2\"", "sh", repository, _stream], ct);
        Directory.Delete(repository, recursive: true);
        return import.Elapsed;
    }
}

/// <summary>Bare repositories to write into.</summary>
internal static class Repositories
{
    public static async Task<string> CreateAsync(string folder, CancellationToken ct)
    {
        var path = Path.Combine(folder, $"{Path.GetRandomFileName()}.git");
        await ChildProcess.RunAsync("git", ["init", "--quiet", "--bare", "--initial-branch=main", path], ct);
        return path;
    }
}
