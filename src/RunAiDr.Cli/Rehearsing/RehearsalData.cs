using RunAiDr.Cli.Configuration;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Postgres;

namespace RunAiDr.Cli.Rehearsing;

/// <summary>The dumps of the configuration and, instead of its database, one of our own.</summary>
internal sealed class RehearsalData : IRestoredData, IDisposable
{
    private readonly Access _access;

    /// <param name="config">Where the dumps are, and which databases count.</param>
    /// <param name="server">The database; null where no dump is restored.</param>
    /// <param name="clock">Tells the time.</param>
    public RehearsalData(SnapshotConfig config, ScratchPostgres? server, TimeProvider clock)
    {
        var connector = server is null ? DataSources.Nowhere(config) : new PostgresConnector(server.Options([.. config.Database.Names]));
        _access = new Access(DataSources.RestorerOf(config, connector, clock), server is null ? null : new PostgresDatabase(connector, clock));
    }

    public IDatabaseRestorer? Dumps => _access.Dumps;

    public bool HasDatabase => true;

    /// <summary>Nobody misses what it holds.</summary>
    public bool IsOfRelease => true;

    public Task<IRestoredDataAccess> OpenAsync(CancellationToken ct) => Task.FromResult<IRestoredDataAccess>(_access);

    public void Dispose() => (Dumps as IDisposable)?.Dispose();

    private sealed record Access(IDatabaseRestorer? Dumps, IDatabase? Database) : IRestoredDataAccess
    {
        public IMetricsStore? Metrics => null;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
