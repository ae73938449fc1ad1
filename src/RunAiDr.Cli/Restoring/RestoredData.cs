using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Cli.Restoring;

/// <summary>Database and metrics of the target as the configuration reaches for them.</summary>
internal sealed class RestoredData(Session session) : IRestoredData
{
    public IDatabaseRestorer? Dumps { get; } = session.DumpsBefore();

    public bool HasDatabase => session.HasDatabase;

    public bool IsOfRelease => session.DatabaseIsOfRelease;

    public async Task<IRestoredDataAccess> OpenAsync(CancellationToken ct) => new Access(await session.OpenDataAsync(ct));

    private sealed class Access(DataSources data) : IRestoredDataAccess
    {
        public IDatabase? Database => data.Sources.Database;

        public IDatabaseRestorer? Dumps => data.Restorer;

        public IMetricsStore? Metrics => data.Sources.Metrics;

        public ValueTask DisposeAsync() => data.DisposeAsync();
    }
}
