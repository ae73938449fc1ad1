using LibGit2Sharp;

namespace RunAiDr.Git;

/// <summary>Git's smart protocol with a program: <c>ssh</c> to another host, git's own for a repository on this disk.</summary>
internal sealed class ProgramTransport : SmartSubtransport
{
    private readonly RemoteSession _session = RemoteSession.Current;
    private ProgramTransportStream? _stream;

    // The program stays for the whole conversation: libgit2 wants the same stream at the second action.
    protected override SmartSubtransportStream Action(string url, GitSmartSubtransportAction action) => _session.Guard(() =>
        _stream ??= new ProgramTransportStream(this, _session, action switch
        {
            GitSmartSubtransportAction.UploadPackList or GitSmartSubtransportAction.UploadPack => "upload-pack",
            _ => "receive-pack",
        }));

    protected override void Close()
    {
        _stream?.Close();
        _stream = null;
    }
}
