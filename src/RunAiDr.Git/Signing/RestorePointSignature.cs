using System.Globalization;
using LibGit2Sharp;
using RunAiDr.Core;
using RunAiDr.Core.State;

namespace RunAiDr.Git.Signing;

/// <summary>
/// What is signed of a restore point: the tag where a tag was named, otherwise the commit. The id of the commit covers its
/// tree and history. A tag that is not in order is not made good by the signature of its commit.
/// </summary>
internal sealed class RestorePointSignature(Repository repository, string cluster, TrustedSigners trusted)
{
    /// <exception cref="RunAiDrException">The words name another commit by now, or the signature cannot be checked.</exception>
    public SignatureVerdict Check(string words, CommitId restorePoint)
    {
        var (commit, names) = new RestorePointFinder(repository, cluster).Find(words);
        if (commit.Sha != restorePoint.Sha)
        {
            throw new RunAiDrException(
                Fault.RestorePoint, $"'{words}' has just moved from {restorePoint} to {commit.Sha}.", "Find out who moved it, then try again.");
        }

        // Of several tags of the same words each has to be in order.
        var tags = names.Where(IsTag).ToList();
        return tags.Count == 0 ? OfState(commit) : tags.Select(OfTag).MaxBy(verdict => verdict.State) ?? OfState(commit);
    }

    /// <summary>Of a commit alone, whatever it changed.</summary>
    public SignatureVerdict OfCommit(Commit commit)
    {
        var what = $"commit {commit.Sha}";
        return !trusted.IsConfigured ? NotChecked(what)
            : SignatureOf(commit) is { } signature ? Verify(new SignedObject(what, "verify-commit", commit.Sha, signature, commit.Committer.When))
            : new(SignatureState.NotSigned, $"{what} is not signed");
    }

    private static bool IsTag(NamedObject name) => name.Name.StartsWith(RemoteRefs.TagPrefix, StringComparison.Ordinal) || name.Object is TagAnnotation;

    private SignatureVerdict OfTag(NamedObject reference)
    {
        var name = reference.Name.StartsWith(RemoteRefs.TagPrefix, StringComparison.Ordinal) ? reference.Name[RemoteRefs.TagPrefix.Length..] : reference.Name;
        var what = $"tag {name}";
        if (new TrackedTags(repository, [cluster]).Seen(name) is { } seen && seen != reference.Object.Sha)
        {
            return new(SignatureState.Bad, $"{what} was moved: the remote had {seen} under this name");
        }

        return !trusted.IsConfigured ? NotChecked(what) : reference.Object switch
        {
            TagAnnotation { Target: not LibGit2Sharp.Commit } => new(SignatureState.Bad, $"{what} names another tag and not a commit"),
            TagAnnotation tag when SignatureText.Split(tag.Message).Signature is { Length: > 0 } signature =>
                tag.Name == name
                    ? Verify(new SignedObject(what, "verify-tag", tag.Sha, signature, tag.Tagger?.When))
                    : new(SignatureState.Bad, $"{what} was made as {tag.Name} and renamed"),
            TagAnnotation => new(SignatureState.NotSigned, $"{what} is not signed"),
            _ => new(SignatureState.NotSigned, $"{what} is only a name: nobody signed that it is commit {reference.Commit.Sha}"),
        };
    }

    // Somebody else may have signed later commits, whose trees hold this cluster as he found it.
    private SignatureVerdict OfState(Commit commit)
    {
        var own = OfCommit(commit);
        if (own.State is SignatureState.NotChecked or SignatureState.Bad or SignatureState.Revoked
            || new VouchedState(repository, cluster, trusted).OriginOf(commit) is var origin && origin.Sha == commit.Sha)
        {
            return own;
        }

        var verdict = OfCommit(origin);
        var date = origin.Committer.When.UtcDateTime.ToString("u", CultureInfo.InvariantCulture);
        return verdict with { Finding = $"commit {commit.Sha} holds cluster {cluster} as it was left on {date}: {verdict.Finding}" };
    }

    private static SignatureVerdict NotChecked(string what) =>
        new(SignatureState.NotChecked, $"{what} was not checked: the configuration does not say whose signatures count");

    private string? SignatureOf(Commit commit)
    {
        try
        {
            return LibGit2Sharp.Commit.ExtractSignature(repository, commit.Id).Signature;
        }
        catch (NotFoundException)
        {
            return null;
        }
    }

    private SignatureVerdict Verify(SignedObject signed) => SignatureText.FormatOf(signed.Signature) switch
    {
        SignatureFormat.Ssh when trusted.AllowedSignersFile is { } file => new SshVerification(repository.Info.Path, file).Check(signed),
        SignatureFormat.OpenPgp when trusted.AllowedKeysFile is { } file => new OpenPgpVerification(repository.Info.Path, file).Check(signed),
        SignatureFormat.Ssh => Unknown(signed, "a key of ssh, and `signatures.allowedSignersFile` names none"),
        SignatureFormat.OpenPgp => Unknown(signed, "an OpenPGP key, and `signatures.allowedKeysFile` names none"),
        _ => Unknown(signed, "a kind of key that is not checked"),
    };

    private static SignatureVerdict Unknown(SignedObject signed, string how) =>
        new(SignatureState.UnknownSigner, $"{signed.What} is signed with {how}") { SignedAt = signed.SignedAt };
}

/// <summary>A commit or tag with a signature.</summary>
/// <param name="What">As a sentence begins with it.</param>
/// <param name="Command">The command of git that verifies it.</param>
/// <param name="Id">Its object id.</param>
/// <param name="Signature">The armored signature.</param>
/// <param name="SignedAt">When it was made, as it says.</param>
internal sealed record SignedObject(string What, string Command, string Id, string Signature, DateTimeOffset? SignedAt);
