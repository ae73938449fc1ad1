using RunAiDr.Git.Signing;

namespace RunAiDr.Git;

/// <summary>Where the restore points are kept and who commits them.</summary>
public sealed record GitStateOptions
{
    /// <summary>Folder of a bare repository, or of one whose work tree has another branch checked out.</summary>
    public required string Path { get; init; }

    /// <summary>Short name of the branch of record.</summary>
    public string Branch { get; init; } = "main";

    /// <summary>
    /// The cluster whose commits go to its drift branch, to be reviewed; null where commits go to the branch of record.
    /// </summary>
    public string? ReviewedCluster { get; init; }

    public string AuthorName { get; init; } = "runai-dr";

    public string AuthorEmail { get; init; } = "runai-dr@localhost";

    /// <summary>What signs the commits and tags; null leaves them unsigned.</summary>
    public SigningOptions? Signing { get; init; }

    /// <summary>Whose signatures count when a restore point is checked.</summary>
    public TrustedSigners Trusted { get; init; } = TrustedSigners.None;

    /// <summary>
    /// What none of those signed is not carried over into the next commit, whose signature would vouch for it.
    /// </summary>
    public bool RequiresSignatures { get; init; }
}
