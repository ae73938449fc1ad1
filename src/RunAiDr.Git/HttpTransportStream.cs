using System.Buffers;
using LibGit2Sharp;

namespace RunAiDr.Git;

/// <summary>One request and its answer: what libgit2 writes is sent when it begins to read.</summary>
internal sealed class HttpTransportStream(
    HttpTransport transport, RemoteSession session, HttpConnection connection, GitSmartSubtransportAction action)
    : SmartSubtransportStream(transport)
{
    private FileStream? _written;
    private HttpResponseMessage? _answer;
    private Stream? _content;

    public override int Write(Stream dataStream, long length) => session.Guard(() =>
    {
        GitFault.Explain(session.Options.Repository.Path, () =>
        {
            _written ??= Scratch(session.Options.Repository.Path);
            dataStream.CopyTo(_written);
            return _written;
        });
        session.Touch();
        return 0;
    });

    public override int Read(Stream dataStream, long length, out long bytesRead)
    {
        var read = session.Guard(() =>
        {
            _content ??= Send();
            var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(length, 64 << 10));
            var count = Math.Min((int)Math.Min(length, int.MaxValue), buffer.Length);
            var got = _content.ReadAsync(buffer.AsMemory(0, count), session.Ended).AsTask().GetAwaiter().GetResult();
            session.Touch();
            session.Heard(got, isPack: action == GitSmartSubtransportAction.UploadPack);
            dataStream.Write(buffer, 0, got);
            ArrayPool<byte>.Shared.Return(buffer);
            return got;
        });
        bytesRead = read;
        return 0;
    }

    protected override void Free()
    {
        _content?.Dispose();
        _answer?.Dispose();
        _written?.Dispose();
        base.Free();
    }

    private Stream Send()
    {
        _answer = action switch
        {
            GitSmartSubtransportAction.UploadPackList => connection.Advertisement("git-upload-pack"),
            GitSmartSubtransportAction.ReceivePackList => connection.Advertisement("git-receive-pack"),
            GitSmartSubtransportAction.UploadPack => connection.Request("git-upload-pack", Rewound()),
            _ => connection.Request("git-receive-pack", Rewound()),
        };
        return _answer.Content.ReadAsStream(session.Ended);
    }

    private FileStream Rewound()
    {
        var written = _written ?? Scratch(session.Options.Repository.Path);
        written.Position = 0;
        return written;
    }

    // A first push is as large as the whole state, and servers want to know its length: so not in memory. The file has
    // no name from the start, and so does not outlive a killed process.
    private static FileStream Scratch(string folder)
    {
        var file = new FileStream(
            Path.Combine(folder, $"runai-dr-{Path.GetRandomFileName()}.tmp"),
            FileMode.CreateNew,
            FileAccess.ReadWrite,
            FileShare.None);
        File.Delete(file.Name);
        return file;
    }
}
