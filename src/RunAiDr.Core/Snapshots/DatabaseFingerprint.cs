namespace RunAiDr.Core.Snapshots;

/// <summary>
/// What a PostgreSQL held at one moment: enough to tell whether another one is the same. No content and no secret is in it.
/// </summary>
public sealed record DatabaseFingerprint
{
    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>Such as <c>15.18</c>.</summary>
    public required string ServerVersion { get; init; }

    /// <summary>Id of the cluster of databases since <c>initdb</c>, in decimal digits; it has 64 bits. Null when it may not be read.</summary>
    public string? SystemIdentifier { get; init; }

    /// <summary>Null when it may not be read.</summary>
    public int? Timeline { get; init; }

    /// <summary>Where WAL stood: written on a primary, replayed on a standby.</summary>
    public required string Lsn { get; init; }

    /// <summary>Whether it is a standby, or still recovers.</summary>
    public required bool InRecovery { get; init; }

    /// <summary>By name.</summary>
    public required IReadOnlyList<DatabaseContent> Databases { get; init; }

    /// <summary>By name; without those that PostgreSQL itself makes.</summary>
    public required IReadOnlyList<RoleContent> Roles { get; init; }

    /// <summary>Names of tablespaces besides <c>pg_default</c> and <c>pg_global</c>.</summary>
    public IReadOnlyList<string> Tablespaces { get; init; } = [];

    public WalArchive? Archive { get; init; }

    /// <summary>Standbys connected by streaming replication: <c>application_name</c> and state, by name.</summary>
    public IReadOnlyList<string> Standbys { get; init; } = [];

    /// <summary>What an operator should mend: a stopped archive, an inactive slot that keeps WAL.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>One database. Lists are sorted by name, in ordinal order.</summary>
public sealed record DatabaseContent(
    string Name,
    string Owner,
    string Encoding,
    string Collation,
    long Bytes,
    IReadOnlyList<ExtensionContent> Extensions,
    IReadOnlyList<string> Schemas,
    IReadOnlyList<TableContent> Tables);

public sealed record ExtensionContent(string Name, string Version);

/// <summary>One table.</summary>
/// <param name="Schema">Its schema.</param>
/// <param name="Name">Its name.</param>
/// <param name="Rows">How many; null when it could not be told.</param>
/// <param name="Estimated">Says that the number of rows is the planner's, for they could not be counted, or not in time.</param>
public sealed record TableContent(string Schema, string Name, long? Rows = null, bool Estimated = false);

/// <summary>One role; its password is not read.</summary>
public sealed record RoleContent(string Name, bool CanLogin, bool Superuser, IReadOnlyList<string> MemberOf);

/// <summary>How archiving of WAL stands.</summary>
/// <param name="Mode"><c>archive_mode</c>: <c>off</c>, <c>on</c> or <c>always</c>.</param>
/// <param name="LastArchived">Newest segment that was archived.</param>
/// <param name="LastArchivedAt">When.</param>
/// <param name="LastFailedAt">When archiving failed last.</param>
public sealed record WalArchive(
    string Mode, string? LastArchived = null, DateTimeOffset? LastArchivedAt = null, DateTimeOffset? LastFailedAt = null);
