using RunAiDr.Core.Snapshots;

namespace RunAiDr.Core.Rehydration.Parts;

/// <summary>Database and metrics of the target: there once the control plane is.</summary>
public interface IRestoredData
{
    /// <summary>To look at dumps before there is a database; null when the configuration names no place of dumps.</summary>
    IDatabaseRestorer? Dumps { get; }

    /// <summary>Whether the configuration says how the database is reached.</summary>
    bool HasDatabase { get; }

    /// <summary>Whether the database comes with the control plane's release; otherwise it is the company's own.</summary>
    bool IsOfRelease { get; }

    /// <summary>Reaches for them.</summary>
    /// <exception cref="RunAiDrException">The database cannot be found or reached.</exception>
    Task<IRestoredDataAccess> OpenAsync(CancellationToken ct);
}

/// <summary>Database and metrics within reach.</summary>
public interface IRestoredDataAccess : IAsyncDisposable
{
    /// <summary>Null when the configuration names none.</summary>
    IDatabase? Database { get; }

    /// <summary>Null when the configuration names no place of dumps.</summary>
    IDatabaseRestorer? Dumps { get; }

    /// <summary>Null when nobody is to be asked.</summary>
    IMetricsStore? Metrics { get; }
}
