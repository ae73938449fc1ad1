namespace RunAiDr.Data.Postgres.External;

/// <summary>How the database is backed up by others.</summary>
public sealed record ExternalOptions
{
    /// <summary>Stanza of pgBackRest that holds the backups; null when another tool makes them.</summary>
    public string? PgBackRestStanza { get; init; }

    /// <summary>Configuration file of pgBackRest; null for its own default.</summary>
    public string? PgBackRestConfig { get; init; }

    /// <summary>The program, by name or path.</summary>
    public string PgBackRestProgram { get; init; } = "pgbackrest";
}
