using System.Buffers;
using System.ComponentModel;
using System.Diagnostics;
using LibGit2Sharp;
using RunAiDr.Core;

namespace RunAiDr.Git;

/// <summary>What libgit2 says goes to the program's input, what the program prints is the answer.</summary>
internal sealed class ProgramTransportStream : SmartSubtransportStream
{
    private const int BlockSize = 64 << 10;
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(10);

    private readonly RemoteSession _session;
    private readonly TransportCommand _command;
    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly CancellationTokenRegistration _kill;
    private bool _closed;
    private bool _spoken;

    public ProgramTransportStream(ProgramTransport transport, RemoteSession session, string service)
        : base(transport)
    {
        _session = session;
        _command = TransportCommand.Of(session, service);
        _process = Start(_command);
        _errors = Task.Run(() => Complaints.ReadAsync(_process.StandardError, session.Ended));
        _kill = session.Ended.Register(Kill);
    }

    public override int Write(Stream dataStream, long length) => _session.Guard(() =>
    {
        try
        {
            _spoken = true;
            dataStream.CopyToAsync(_process.StandardInput.BaseStream, _session.Ended).GetAwaiter().GetResult();
            _process.StandardInput.BaseStream.Flush();
        }
        catch (IOException)
        {
            throw Ended();
        }

        _session.Touch();
        return 0;
    });

    public override int Read(Stream dataStream, long length, out long bytesRead)
    {
        var read = _session.Guard(() =>
        {
            var buffer = ArrayPool<byte>.Shared.Rent(BlockSize);
            var room = buffer.AsMemory(0, (int)Math.Min(length, buffer.Length));

            // With the token: a program that this one started may hold the pipe open when it has been killed.
            var got = _process.StandardOutput.BaseStream.ReadAsync(room, _session.Ended).AsTask().GetAwaiter().GetResult();
            _session.Touch();
            _session.Heard(got, isPack: _spoken && _session.StoresAnswer);
            dataStream.Write(buffer, 0, got);
            ArrayPool<byte>.Shared.Return(buffer);
            return got > 0 ? got : throw Ended();
        });
        bytesRead = read;
        return 0;
    }

    public void Close()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        Finish();
        _kill.Dispose();
        _process.Dispose();
        _command.Dispose();
    }

    protected override void Free()
    {
        Close();
        base.Free();
    }

    private static Process Start(TransportCommand command)
    {
        try
        {
            return Process.Start(command.StartInfo) ?? throw new InvalidOperationException("No process was started.");
        }
        catch (Win32Exception failure)
        {
            command.Dispose();
            throw RemoteFault.NoProgram(command.StartInfo.FileName, failure);
        }
    }

    // The program ended before the conversation did. ssh gives the exit code of the other side, and 255 for its own.
    private RunAiDrException Ended()
    {
        Finish();
        var printed = Task.WaitAny([_errors], EndPatience) == 0 && _errors.IsCompletedSuccessfully ? _errors.GetAwaiter().GetResult() : "";
        return _session.Address.IsSsh && _process.ExitCode == TransportCommand.SshFailed
            ? RemoteFault.SshFailed(_session.Address, printed)
            : RemoteFault.ProgramFailed(_session.Address, printed);
    }

    private void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception failure) when (failure is AggregateException or Win32Exception)
        {
            // A helper of another user's may stay; the program itself is gone, or just about to be.
        }
    }

    private void Finish()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already.
        }

        // What the other side has still to say must not block it, and hooks may still run there.
        _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        if (!_process.WaitForExit(EndPatience))
        {
            Kill();
            _process.WaitForExit();
        }
    }
}
