using RunAiDr.Core.Comparison;
using RunAiDr.Core.Helm;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Core.State;

namespace RunAiDr.Core.History;

/// <summary>The history of single files with what they held.</summary>
public sealed class DocumentHistory(IStateStore store, IStateHistory history)
{
    /// <summary>The commits that changed the file <see cref="HistoryQuery.Path"/> or its secrets, the newest first.</summary>
    /// <exception cref="RunAiDrException">There is no such ref.</exception>
    public IEnumerable<DocumentStep> Steps(HistoryQuery query, CancellationToken ct)
    {
        (HistoryEntry Entry, DocumentVersion Version)? newer = null;

        // What was before the oldest that counts is in the one before it.
        foreach (var entry in history.Entries(query with { Since = null }, ct))
        {
            var version = Read(query, entry);
            if (newer is { } step)
            {
                yield return new DocumentStep(step.Entry, version, step.Version);
            }

            if (entry.At < query.Since)
            {
                yield break;
            }

            newer = (entry, version);
        }

        if (newer is { } oldest)
        {
            yield return new DocumentStep(oldest.Entry, DocumentVersion.None, oldest.Version);
        }
    }

    /// <summary>The commits that changed a value of the Helm releases, the newest first.</summary>
    /// <param name="value">Its path, of all releases or with <c>release:</c> in front.</param>
    /// <param name="query">Which part of the history; its path does not count.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RunAiDrException">There is no such ref.</exception>
    public IEnumerable<ValueStep> Values(string value, HistoryQuery query, CancellationToken ct)
    {
        var (release, path) = value.Split(':', 2) is [var name, var rest] ? (name, rest) : (null, value);
        var releases = release is null ? ReleasesOf(query, ct) : [release];
        return releases
            .SelectMany(one => Steps(query with { Path = HelmReleaseFile.ValuesPath(one) }, ct).Select(step => Told(one, path, step)))
            .Where(step => step.Changes.Count > 0)
            .OrderByDescending(step => step.Entry.At);
    }

    private List<string> ReleasesOf(HistoryQuery query, CancellationToken ct) =>
    [
        .. history.Entries(query with { Path = StateFolder.Values, Since = null, Until = null }, ct)
            .SelectMany(entry => entry.Changes)
            .Select(change => SealedFiles.DocumentOf(change.Path) ?? change.Path)
            .Where(path => HelmReleaseFile.ReleaseOf(path) is { } release && path == HelmReleaseFile.ValuesPath(release))
            .Select(path => HelmReleaseFile.ReleaseOf(path))
            .OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
    ];

    private static ValueStep Told(string release, string path, DocumentStep step)
    {
        var (before, after) = (Leaf.Find(step.Before.Body, path), Leaf.Find(step.After.Body, path));
        return new ValueStep(step.Entry, release,
        [
            .. FieldChanges.At(path, before, after),
            .. SecretChanges.Between(step.Before.MacsIn(TextOf(before)), step.After.MacsIn(TextOf(after))),
        ]);
    }

    private static string TextOf(FoundNode? found) => found?.Node?.ToJsonString() ?? "";

    private DocumentVersion Read(HistoryQuery query, HistoryEntry entry)
    {
        try
        {
            return DocumentVersion.Read(store.Open(query.Cluster, entry.Commit.Sha), query.Path);
        }
        catch (RunAiDrException failure) when (failure.Fault == Fault.RestorePoint)
        {
            // The commit took the cluster away, or holds no restore point: nothing in it counts.
            return DocumentVersion.None;
        }
    }
}

/// <summary>What one commit made of a value of a Helm release.</summary>
public sealed record ValueStep(HistoryEntry Entry, string Release, IReadOnlyList<FieldChange> Changes);
