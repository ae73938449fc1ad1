using System.Globalization;
using System.Text;
using LibGit2Sharp;
using RunAiDr.Git.Signing;

namespace RunAiDr.Git;

/// <summary>
/// Makes commits and tags: name and address from the options, time from the clock, in UTC, signed when there is a key for it.
/// </summary>
internal sealed class CommitAuthor(Repository repository, GitStateOptions options, TimeProvider clock)
{
    private readonly ObjectSigner? _signer = options.Signing is { } signing ? new ObjectSigner(signing) : null;

    /// <exception cref="Core.RunAiDrException">It cannot be signed; then it is not made.</exception>
    public Commit NewCommit(string message, Tree tree, Commit? parent)
    {
        var who = Who();
        return Write(who, who, message, tree, parent is null ? [] : [parent]);
    }

    /// <summary>A commit with two histories behind it, ours first.</summary>
    /// <exception cref="Core.RunAiDrException">As above.</exception>
    public Commit NewMerge(string message, Tree tree, Commit ours, Commit theirs)
    {
        var who = Who();
        return Write(who, who, message, tree, [ours, theirs]);
    }

    /// <summary>A commit once more, on another parent. The signature of somebody else would not fit it, and is gone.</summary>
    /// <exception cref="Core.RunAiDrException">As above.</exception>
    public Commit Again(Commit commit, Tree tree, Commit parent) =>
        commit.Committer is var who && who.Name == options.AuthorName && who.Email == options.AuthorEmail
            ? Write(commit.Author, who, commit.Message, tree, [parent])
            : repository.ObjectDatabase.CreateCommit(commit.Author, who, commit.Message, tree, [parent], false);

    /// <summary>The object of an annotated tag; nothing refers to it yet.</summary>
    /// <exception cref="Core.RunAiDrException">As above.</exception>
    public ObjectId NewTag(string name, Commit commit, string message)
    {
        var who = Who();
        var content = string.Create(
            CultureInfo.InvariantCulture,
            $"object {commit.Sha}\ntype commit\ntag {name}\ntagger {who.Name.Trim()} <{who.Email.Trim()}> {who.When.ToUnixTimeSeconds()} +0000\n\n{message}");
        return repository.ObjectDatabase.Write<TagAnnotation>(Encoding.UTF8.GetBytes(content + _signer?.Sign(content)));
    }

    private Commit Write(Signature author, Signature committer, string message, Tree tree, Commit[] parents)
    {
        if (_signer is null)
        {
            return repository.ObjectDatabase.CreateCommit(author, committer, message, tree, parents, false);
        }

        var content = Commit.CreateBuffer(author, committer, message, tree, parents, prettifyMessage: false, commentChar: null);
        var signed = repository.ObjectDatabase.CreateCommitWithSignature(content, _signer.Sign(content).TrimEnd('\n'));
        return repository.Lookup<Commit>(signed);
    }

    private Signature Who() => new(options.AuthorName, options.AuthorEmail, clock.GetUtcNow().ToUniversalTime());
}
