using System.Text.Json;
using RunAiDr.Git;

namespace RunAiDr.Cli.Rehearsing;

/// <summary>The newest rehearsal of a cluster, kept beside the repository so that every process knows it.</summary>
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
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>What was rehearsed, as people call it.</summary>
    public string What => Checkpoint ?? RestorePoint[..Math.Min(8, RestorePoint.Length)];

    public string Verdict => !Passed ? $"not passed: {Reason}" : Partly ? "passed, partly" : "passed";

    public static RehearsalRecord Of(RehearsalResult result) => new(
        result.StartedAt, result.Duration, result.RestorePoint.Sha, result.Checkpoint, result.Passed, result.Partly, result.Reason);

    /// <summary>Null when there was none, or its file is not readable as one.</summary>
    /// <exception cref="Core.RunAiDrException">The repository cannot be read.</exception>
    public static RehearsalRecord? Read(string repository, string cluster)
    {
        try
        {
            return RepositoryNote.Read(repository, FileOf(cluster)) is { } content ? JsonSerializer.Deserialize<RehearsalRecord>(content, Format) : null;
        }
        catch (JsonException)
        {
            // Of another version, or edited: the next rehearsal writes it anew.
            return null;
        }
    }

    /// <exception cref="Core.RunAiDrException">The repository cannot be written to.</exception>
    public void Write(string repository, string cluster) =>
        RepositoryNote.Write(repository, FileOf(cluster), JsonSerializer.SerializeToUtf8Bytes(this, Format));

    private static string FileOf(string cluster) => $"rehearsal-{cluster}.json";
}
