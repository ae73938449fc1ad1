using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Tests.Core.Checkpoints;

/// <summary>A provider whose storage is a list; hooks make it fail.</summary>
internal sealed class FakeSnapshots(string name, TimeProvider clock) : ISnapshotProvider
{
    public string Name => name;

    /// <summary>What is in the storage.</summary>
    public Dictionary<string, OwnedSnapshot> Stored { get; } = new(StringComparer.Ordinal);

    /// <summary>What becomes of a component besides a snapshot; null lets it succeed.</summary>
    public Func<SnapshotComponent, SnapshotOutcome?> Becomes { get; set; } = _ => null;

    /// <summary>Called for each request before anything is stored.</summary>
    public Action<SnapshotRequest> Taking { get; set; } = _ => { };

    public Func<string, string?> Defect { get; set; } = _ => null;

    public Action<string> Deleting { get; set; } = _ => { };

    public List<SnapshotRequest> Requests { get; } = [];

    public int Checks { get; private set; }

    public Task<IReadOnlyList<SnapshotOutcome>> TakeAsync(
        SnapshotRequest request, IProgress<SnapshotProgress> progress, CancellationToken ct)
    {
        Requests.Add(request);
        Taking(request);
        return Task.FromResult<IReadOnlyList<SnapshotOutcome>>([.. request.Components.Select(component => Becomes(component) ?? Take(request, component))]);
    }

    public Task<string?> CheckAsync(SnapshotReference reference, CancellationToken ct)
    {
        Checks++;
        return Task.FromResult(Stored.ContainsKey(reference.Location) ? Defect(reference.Location) : "it was deleted");
    }

    public Task<IReadOnlyList<OwnedSnapshot>> ListAsync(string cluster, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<OwnedSnapshot>>([.. Stored.Values]);

    public Task<bool> DeleteAsync(string location, CancellationToken ct)
    {
        Deleting(location);
        return Task.FromResult(Stored.Remove(location));
    }

    public static RunAiDrException Broken(string what) => new(Fault.Snapshot, $"{what} is broken.", "Mend it.");

    private SnapshotOutcome Take(SnapshotRequest request, SnapshotComponent component)
    {
        var location = $"{name}/{request.Checkpoint}/{component}";
        Stored.Add(location, new OwnedSnapshot(location, request.Checkpoint, component, clock.GetUtcNow(), 100, null));
        return SnapshotOutcome.Taken(new SnapshotReference
        {
            Component = component,
            Provider = name,
            Checkpoint = request.Checkpoint,
            TakenAt = clock.GetUtcNow(),
            Location = location,
            Csi = new CsiSnapshot
            {
                Driver = "csi.example.internal",
                SnapshotHandle = $"handle-{request.Checkpoint}",
                SnapshotClass = "fast",
                DeletionPolicy = "Retain",
                RestoreSize = 5L << 30,
                Namespace = "runai-backend",
                Name = request.Checkpoint,
                Content = "content",
                Claim = "claim",
                ClaimSpec = new JsonObject { ["volumeMode"] = "Filesystem" },
            },
        });
    }
}
