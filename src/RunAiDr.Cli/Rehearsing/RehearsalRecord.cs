using System.Text.Json;
using RunAiDr.Git;

namespace RunAiDr.Cli.Rehearsing;

/// <summary>A rehearsal of a cluster. The newest ones are kept beside the repository so that every process knows them.</summary>
/// <param name="StartedAt">When.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="RestorePoint">The commit.</param>
/// <param name="Checkpoint">Name of the checkpoint, null of another restore point.</param>
/// <param name="Passed">Whether it can be restored.</param>
/// <param name="Partly">Whether some phases were left out.</param>
/// <param name="Reason">Why it did not pass, null when it did.</param>
internal sealed record RehearsalRecord(
    DateTimeOffset StartedAt, TimeSpan Duration, string RestorePoint, string? Checkpoint, bool Passed, bool Partly, string? Reason)
{
    private const int MostKept = 1000;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>What was rehearsed, as people call it.</summary>
    public string What => Checkpoint ?? RestorePoint[..Math.Min(8, RestorePoint.Length)];

    public string Verdict => !Passed ? $"not passed: {Reason}" : Partly ? "passed, partly" : "passed";

    public static RehearsalRecord Of(RehearsalResult result) => new(
        result.StartedAt, result.Duration, result.RestorePoint.Sha, result.Checkpoint, result.Passed, result.Partly, result.Reason);

    /// <summary>The newest; null when there was none.</summary>
    /// <exception cref="Core.RunAiDrException">The repository cannot be read.</exception>
    public static RehearsalRecord? Read(string repository, string cluster) => ReadAll(repository, cluster) is [.., var newest] ? newest : null;

    /// <summary>The oldest first; none when the file is not readable as such ones.</summary>
    /// <exception cref="Core.RunAiDrException">The repository cannot be read.</exception>
    public static IReadOnlyList<RehearsalRecord> ReadAll(string repository, string cluster)
    {
        try
        {
            return RepositoryNote.Read(repository, FileOf(cluster)) is { } content ? JsonSerializer.Deserialize<RehearsalRecord[]>(content, Format) ?? [] : [];
        }
        catch (JsonException)
        {
            // Of another version, or edited: the next rehearsal writes it anew.
            return [];
        }
    }

    /// <summary>Adds it to the kept ones.</summary>
    /// <exception cref="Core.RunAiDrException">The repository cannot be written to.</exception>
    public void Write(string repository, string cluster) => RepositoryNote.Write(
        repository, FileOf(cluster), JsonSerializer.SerializeToUtf8Bytes(ReadAll(repository, cluster).Append(this).TakeLast(MostKept), Format));

    private static string FileOf(string cluster) => $"rehearsals-{cluster}.json";
}
