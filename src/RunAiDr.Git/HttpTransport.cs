using LibGit2Sharp;

namespace RunAiDr.Git;

/// <summary>Git's smart protocol over https: one request for each stream that libgit2 opens.</summary>
internal sealed class HttpTransport : RpcSmartSubtransport
{
    private readonly RemoteSession _session = RemoteSession.Current;
    private HttpConnection? _connection;

    protected override SmartSubtransportStream Action(string url, GitSmartSubtransportAction action) => _session.Guard(() =>
    {
        _connection ??= new HttpConnection(_session);
        return new HttpTransportStream(this, _session, _connection, action);
    });

    protected override void Close()
    {
        _connection?.Dispose();
        _connection = null;
    }
}
