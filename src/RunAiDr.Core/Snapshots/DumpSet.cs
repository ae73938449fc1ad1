namespace RunAiDr.Core.Snapshots;

/// <summary>Dumps of a PostgreSQL: one file per database in pg_dump's custom format, and one with roles and tablespaces.</summary>
/// <param name="ClientVersion">Version of pg_dump, such as <c>15.18</c>: pg_restore must be as new.</param>
/// <param name="Recipients">The age recipients who can read the files; empty when they are not encrypted.</param>
/// <param name="Files">In the order of restoring: the roles first.</param>
public sealed record DumpSet(string ClientVersion, IReadOnlyList<string> Recipients, IReadOnlyList<DumpFile> Files);

/// <summary>One file below <see cref="SnapshotReference.Location"/>.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="Bytes">Size as stored.</param>
/// <param name="Sha256">Of the bytes as stored, in lower-case hexadecimal digits.</param>
/// <param name="PlainBytes">Size before encryption.</param>
/// <param name="PlainSha256">Of the bytes before encryption.</param>
/// <param name="Database">The database in it; null for the file of roles.</param>
public sealed record DumpFile(
    string Name, long Bytes, string Sha256, long PlainBytes, string PlainSha256, string? Database = null);
