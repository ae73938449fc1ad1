namespace RunAiDr.Git.Signing;

/// <summary>How a signature stands, the later the worse.</summary>
public enum SignatureState
{
    /// <summary>Nobody says whose signatures count.</summary>
    NotChecked,

    Good,

    NotSigned,

    /// <summary>Signed with a key that is not allowed.</summary>
    UnknownSigner,

    /// <summary>The key, or the permission for it, does not hold for the time of the signature.</summary>
    Expired,

    /// <summary>The key was revoked.</summary>
    Revoked,

    /// <summary>The content is not what was signed, or is not where its signer put it.</summary>
    Bad,
}

/// <summary>What the signature of a restore point proves.</summary>
/// <param name="State">The verdict.</param>
/// <param name="Finding">The same as a sentence that begins with the tag or commit.</param>
public sealed record SignatureVerdict(SignatureState State, string Finding)
{
    /// <summary>Who signed, as the list of those who may names him.</summary>
    public string? Signer { get; init; }

    /// <summary>Fingerprint of the key.</summary>
    public string? Key { get; init; }

    /// <summary>When it was signed, as the signer says.</summary>
    public DateTimeOffset? SignedAt { get; init; }
}
