using LibGit2Sharp;
using RunAiDr.Core;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Git;

/// <summary>
/// One conversation of libgit2 with a remote: lends the transports what they need, and keeps the failure that libgit2
/// would hand on as a text only.
/// </summary>
internal sealed class RemoteSession : IDisposable
{
    private const long MostStoredAtOnce = 256 << 10;
    private const long MostHeard = 64 << 20; // besides packs: half a million references

    // A first push of a large repository over a slow line takes hours.
    private static readonly TimeSpan LongestConversation = TimeSpan.FromHours(6);
    private static readonly TimeSpan LongestListing = TimeSpan.FromMinutes(10);

    // libgit2 makes the transports, so they can be given nothing; it calls them on the thread that called it.
    [ThreadStatic]
    private static RemoteSession? _current;

    private readonly CancellationToken _ct;
    private readonly CancellationTokenSource _silence;
    private readonly CancellationTokenSource _whole;
    private readonly CancellationTokenSource _end;
    private readonly List<SecretText> _sent = [];
    private TimeSpan _longest = LongestConversation;
    private long _heard;
    private Exception? _failure;

    private RemoteSession(RemoteAddress address, GitRemoteOptions options, TimeProvider clock, CancellationToken ct)
    {
        Address = address;
        Options = options;
        _ct = ct;
        _silence = new CancellationTokenSource(options.SilenceLimit, clock);
        _whole = new CancellationTokenSource(_longest, clock);
        _end = CancellationTokenSource.CreateLinkedTokenSource(_silence.Token, _whole.Token, ct);
    }

    public static RemoteSession Current => _current ?? throw new InvalidOperationException("No session with a remote on this thread.");

    public RemoteAddress Address { get; }

    public GitRemoteOptions Options { get; }

    /// <summary>Whether what the remote says ends up on our disk.</summary>
    public bool StoresAnswer { get; set; }

    /// <summary>Ends the conversation: cancelled, or the remote was silent for too long or came to no end.</summary>
    public CancellationToken Ended => _end.Token;

    /// <exception cref="RunAiDrException">The remote failed, as a fault.</exception>
    public static T Run<T>(RemoteAddress address, GitRemoteOptions options, TimeProvider clock, Func<T> converse, CancellationToken ct)
    {
        using var session = new RemoteSession(address, options, clock, ct);
        _current = session;
        try
        {
            return converse();
        }
        catch (NonFastForwardException)
        {
            throw;
        }
        catch (LibGit2SharpException failure)
        {
            throw session.Explain(failure);
        }
        catch (FormatException)
        {
            // LibGit2Sharp takes what the remote says of an error for a format; it may hold braces.
            throw RemoteFault.NotGit(address);
        }
        finally
        {
            _current = null;
        }
    }

    /// <summary>The remote is only to list its references.</summary>
    public void ListsOnly()
    {
        _longest = LongestListing;
        _whole.CancelAfter(_longest);
    }

    /// <summary>Keeps what must not come back in a message: the remote may repeat it.</summary>
    public void WillSend(params ReadOnlySpan<SecretText> secrets) => _sent.AddRange(secrets);

    public string Hide(string text) => _sent.Where(secret => secret.Reveal().Length > 0)
        .Aggregate(text, (hidden, secret) => hidden.Replace(secret.Reveal(), secret.ToString(), StringComparison.Ordinal));

    /// <summary>Called for what the remote says: libgit2 keeps in memory what is no pack.</summary>
    /// <exception cref="RunAiDrException">It is too much.</exception>
    public void Heard(int bytes, bool isPack)
    {
        _heard += isPack ? 0 : bytes;
        if (_heard > MostHeard)
        {
            throw RemoteFault.TooMuch(Address, MostHeard);
        }
    }

    /// <summary>Called at each sign of life of the remote.</summary>
    public void Touch()
    {
        _silence.CancelAfter(Options.SilenceLimit);
        if (StoresAnswer)
        {
            // libgit2 maps the pack it writes into memory: at the end of the disk that can kill the process. And it
            // removes what filled the disk before it tells of its failure, so then it is too late to look.
            GitFault.EnsureSpace(Options.Repository.Path, MostStoredAtOnce);
        }
    }

    /// <summary>Keeps the failure of a transport's work, whatever it is, for libgit2 would drop it.</summary>
    public T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception failure)
        {
            _failure ??= failure;
            throw;
        }
    }

    public void Dispose()
    {
        _end.Dispose();
        _whole.Dispose();
        _silence.Dispose();
    }

    private Exception Explain(LibGit2SharpException failure)
    {
        _ct.ThrowIfCancellationRequested();
        return _failure switch
        {
            // Whatever else failed, failed because the conversation was ended.
            _ when _silence.IsCancellationRequested => RemoteFault.Silent(Address, Options.SilenceLimit),
            _ when _whole.IsCancellationRequested => RemoteFault.Endless(Address, _longest),
            RunAiDrException fault => fault,
            HttpRequestException http => RemoteFault.Of(http, Address),
            IOException broken => RemoteFault.Unreachable(Address, broken.Message, broken),
            null when GitFault.IsLocal(failure, Options.Repository.Path) => GitFault.Of(failure, Options.Repository.Path),
            null => RemoteFault.Protocol(Address, Hide(failure.Message)),
            var defect => defect,
        };
    }
}
