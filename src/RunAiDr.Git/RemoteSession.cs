using LibGit2Sharp;
using RunAiDr.Core;

namespace RunAiDr.Git;

/// <summary>
/// One conversation of libgit2 with a remote: lends the transports what they need, and keeps the failure that libgit2
/// would hand on as a text only.
/// </summary>
internal sealed class RemoteSession : IDisposable
{
    private const long MostStoredAtOnce = 256 << 10;

    // libgit2 makes the transports, so they can be given nothing; it calls them on the thread that called it.
    [ThreadStatic]
    private static RemoteSession? _current;

    private readonly CancellationToken _ct;
    private readonly CancellationTokenSource _silence;
    private readonly CancellationTokenSource _end;
    private Exception? _failure;

    private RemoteSession(RemoteAddress address, GitRemoteOptions options, TimeProvider clock, CancellationToken ct)
    {
        Address = address;
        Options = options;
        _ct = ct;
        _silence = new CancellationTokenSource(options.SilenceLimit, clock);
        _end = CancellationTokenSource.CreateLinkedTokenSource(_silence.Token, ct);
    }

    public static RemoteSession Current => _current ?? throw new InvalidOperationException("No session with a remote on this thread.");

    public RemoteAddress Address { get; }

    public GitRemoteOptions Options { get; }

    /// <summary>Whether what the remote says ends up on our disk.</summary>
    public bool StoresAnswer { get; set; }

    /// <summary>Ends the conversation: cancelled, or the remote was silent for too long.</summary>
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
        finally
        {
            _current = null;
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
        _silence.Dispose();
    }

    private Exception Explain(LibGit2SharpException failure)
    {
        _ct.ThrowIfCancellationRequested();
        return _failure switch
        {
            // Whatever else failed, failed because the conversation was ended.
            _ when _silence.IsCancellationRequested => RemoteFault.Silent(Address, Options.SilenceLimit),
            RunAiDrException fault => fault,
            HttpRequestException http => RemoteFault.Of(http, Address),
            IOException broken => RemoteFault.Unreachable(Address, broken.Message, broken),
            null when GitFault.IsLocal(failure, Options.Repository.Path) => GitFault.Of(failure, Options.Repository.Path),
            null => RemoteFault.Protocol(Address, failure),
            var defect => defect,
        };
    }
}
