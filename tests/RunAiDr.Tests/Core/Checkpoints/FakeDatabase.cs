using RunAiDr.Core.Snapshots;

namespace RunAiDr.Tests.Core.Checkpoints;

/// <summary>A database that notes what happens to it.</summary>
internal sealed class FakeDatabase : IDatabase
{
    public static DatabaseFingerprint Print { get; } = new()
    {
        TakenAt = new DateTimeOffset(2026, 11, 27, 1, 0, 0, TimeSpan.Zero),
        ServerVersion = "15.18",
        SystemIdentifier = "7301234567890123456",
        Timeline = 1,
        Lsn = "16/B374D848",
        InRecovery = false,
        Databases = [new DatabaseContent("backend", "runai", "UTF8", "C", 1000, [], ["public"], [new TableContent("public", "jobs", 12)])],
        Roles = [],
    };

    public List<string> Events { get; } = [];

    public Action Beginning { get; set; } = () => { };

    public Func<BackupLabel?> Ending { get; set; } = () => null;

    public Task<DatabaseFingerprint> FingerprintAsync(CancellationToken ct) => Task.FromResult(Print);

    public Task<IVolumeBackup> BeginVolumeBackupAsync(string label, CancellationToken ct)
    {
        Beginning();
        Events.Add($"begin {label}");
        return Task.FromResult<IVolumeBackup>(new Backup(this));
    }

    private sealed class Backup(FakeDatabase database) : IVolumeBackup
    {
        public DatabaseFingerprint Fingerprint => Print;

        public IReadOnlyList<string> Warnings => ["no CHECKPOINT: not permitted"];

        public Task<BackupLabel?> EndAsync(CancellationToken ct)
        {
            database.Events.Add("end");
            return Task.FromResult(database.Ending());
        }

        public ValueTask DisposeAsync()
        {
            database.Events.Add("dispose");
            return ValueTask.CompletedTask;
        }
    }
}
