using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Data.Postgres.External;

/// <summary>A stanza as <c>pgbackrest info --output=json</c> tells of it; only what is looked at.</summary>
internal sealed record PgBackRestStanza(
    string Name,
    PgBackRestStatus Status,
    [property: JsonPropertyName("db")] IReadOnlyList<PgBackRestSystem> Systems,
    [property: JsonPropertyName("backup")] IReadOnlyList<PgBackRestEntry> Backups,
    [property: JsonPropertyName("archive")] IReadOnlyList<PgBackRestArchive> Archives)
{
    public static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    /// <summary>Whether it has backups of this server, also from before an upgrade.</summary>
    public bool Knows(string systemIdentifier) => Systems.Any(system => system.Is(systemIdentifier));

    /// <summary>The newest backup of the server that can be recovered to the point; null when there is none.</summary>
    public PgBackRestBackup? NewestFor(ExternalDatabase point) => Backups
        .Where(backup => backup.Defective != true && SystemOf(backup.Database)?.Is(point.SystemIdentifier) == true && backup.EndsBefore(point))
        .OrderBy(backup => backup.Timestamp.Stop)
        .ThenBy(backup => backup.Label, StringComparer.Ordinal)
        .Select(backup => backup.ToBackup(Name, ArchiveMax(point.SystemIdentifier)))
        .LastOrDefault();

    /// <summary>The usable backup of that label; null when there is none.</summary>
    public PgBackRestEntry? Find(string label) => Backups.FirstOrDefault(backup => backup.Label == label && backup.Defective != true);

    /// <summary>Newest WAL segment of the server in the archive; null when there is none.</summary>
    public string? ArchiveMax(string systemIdentifier) => Archives
        .Where(archive => SystemOf(archive.Database)?.Is(systemIdentifier) == true)
        .Select(archive => archive.Max)
        .Max(StringComparer.Ordinal);

    private PgBackRestSystem? SystemOf(PgBackRestKey key) => Systems.FirstOrDefault(system => system.Id == key.Id && system.Repository == key.Repository);
}

internal sealed record PgBackRestStatus(int Code, string Message)
{
    public const int Good = 0;
    public const int NoBackup = 2;
}

internal sealed record PgBackRestSystem(
    int Id, [property: JsonPropertyName("system-id")] ulong SystemId, [property: JsonPropertyName("repo-key")] int Repository = 1)
{
    public bool Is(string systemIdentifier) => ulong.TryParse(systemIdentifier, out var id) && id == SystemId;
}

internal sealed record PgBackRestKey(int Id, [property: JsonPropertyName("repo-key")] int Repository = 1);

internal sealed record PgBackRestEntry(
    string Label,
    string Type,
    PgBackRestKey Database,
    PgBackRestTimes Timestamp,
    PgBackRestLsns? Lsn = null,
    PgBackRestWal? Archive = null,
    [property: JsonPropertyName("error")] bool? Defective = null)
{
    private const int TimelineDigits = 8;

    /// <summary>The timeline that it ended on, as its WAL segment names it; null when that is not told.</summary>
    public int? Timeline => Archive?.Stop is { Length: >= TimelineDigits } segment
        && int.TryParse(segment.AsSpan(0, TimelineDigits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var timeline)
            ? timeline
            : null;

    /// <summary>Whether it was whole at a point: only then can it be recovered to it.</summary>
    public bool EndsBefore(ExternalDatabase point) => Timeline == point.Timeline
        && WalPosition.TryParse(Lsn?.Stop, out var end)
        && WalPosition.TryParse(point.Lsn, out var wanted)
        && end.CompareTo(wanted) <= 0;

    public PgBackRestBackup ToBackup(string stanza, string? archiveMax) =>
        new(stanza, Label, Type, DateTimeOffset.FromUnixTimeSeconds(Timestamp.Stop), Lsn?.Stop, archiveMax);
}

internal sealed record PgBackRestTimes(long Start, long Stop);

internal sealed record PgBackRestLsns(string? Start, string? Stop);

internal sealed record PgBackRestWal(string? Start, string? Stop);

internal sealed record PgBackRestArchive(PgBackRestKey Database, string? Min = null, string? Max = null);
