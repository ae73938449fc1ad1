using RunAiDr.Core.Secrets;

namespace RunAiDr.Data.Dumps;

/// <summary>Where dumps go, and how. Exactly one of <see cref="Directory"/> and <see cref="S3"/> is set.</summary>
public sealed record DumpOptions
{
    /// <summary>Folder that gets <c>&lt;cluster&gt;/&lt;checkpoint&gt;/</c>.</summary>
    public string? Directory { get; init; }

    public S3Options? S3 { get; init; }

    /// <summary>File with the age recipients, one per line; null leaves the dumps unencrypted, without passwords of roles.</summary>
    public string? RecipientsFile { get; init; }

    /// <summary>File with the private key that opens encrypted dumps, for a restore only; null where none are.</summary>
    public string? IdentityFile { get; init; }

    /// <summary>Folder of pg_dump, pg_dumpall and pg_restore; null takes the newest on the PATH or below <c>/usr/lib/postgresql</c>.</summary>
    public string? ProgramFolder { get; init; }

    /// <summary>How long no byte may move before a dump is given up.</summary>
    internal TimeSpan LongestIdle { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>A bucket of an S3-compatible storage.</summary>
public sealed record S3Options
{
    public required string Bucket { get; init; }

    /// <summary>Null for that of AWS.</summary>
    public Uri? Endpoint { get; init; }

    public string Region { get; init; } = "us-east-1";

    /// <summary>Keys of objects begin with it, <c>backups/runai</c>; empty for none.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Access key and secret key; null takes those of AWS's own rules.</summary>
    public Func<SecretText>? AccessKey { get; init; }

    public Func<SecretText>? SecretKey { get; init; }

    /// <summary>PEM file of the authorities to trust; null trusts those of the system.</summary>
    public string? AuthorityFile { get; init; }
}
