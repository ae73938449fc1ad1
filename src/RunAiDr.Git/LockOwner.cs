using System.Globalization;

namespace RunAiDr.Git;

/// <summary>Which process has a repository. Process ids come again, so the time it started belongs to it.</summary>
internal sealed record LockOwner(string Host, int ProcessId, long Started, DateTimeOffset Since)
{
    // Of /proc/<pid>/stat, counted from the field after the name of the program.
    private const int StartTimeField = 19;

    public static LockOwner Of(string host, int processId, TimeProvider clock) =>
        new(host, processId, StartOf(processId) ?? 0, clock.GetUtcNow());

    /// <summary>Null when there is no such file, or it was never finished.</summary>
    public static LockOwner? Read(string path)
    {
        var fields = File.Exists(path) ? File.ReadAllLines(path) : [];
        return fields is [var host, var id, var started, var since, ..]
            && int.TryParse(id, CultureInfo.InvariantCulture, out var processId)
            && long.TryParse(started, CultureInfo.InvariantCulture, out var ticks)
            && DateTimeOffset.TryParse(since, CultureInfo.InvariantCulture, out var time)
                ? new LockOwner(host, processId, ticks, time)
                : null;
    }

    public void Write(string path)
    {
        var whole = path + ".new";
        File.WriteAllText(whole, string.Create(CultureInfo.InvariantCulture, $"{Host}\n{ProcessId}\n{Started}\n{Since:O}\n"));
        File.Move(whole, path, overwrite: true);
    }

    /// <summary>Whether it still runs. Only said of this host: on another it cannot be seen.</summary>
    public bool IsAlive(string host) => Host == host && StartOf(ProcessId) is { } started && started == Started;

    // In clock ticks since the host started, so that setting the clock does not change it.
    private static long? StartOf(int processId)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return long.Parse(fields[StartTimeField], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // No such process, or no such file system.
            return null;
        }
    }
}
