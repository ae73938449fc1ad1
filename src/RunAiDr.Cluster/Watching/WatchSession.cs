using System.Text.Json;
using RunAiDr.Cluster.Http;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Sync;

namespace RunAiDr.Cluster.Watching;

/// <summary>One connection of a watch, from <paramref name="after"/> on until it ends in one way or another.</summary>
internal sealed class WatchSession(OpenAnswer answer, string after, WatchLimit limit, CancellationToken ct) : IDisposable
{
    private const int LongestLine = 32 * 1024 * 1024; // objects have about 1.5 MiB in etcd, as JSON a multiple at worst

    private readonly string _after = after;
    private readonly LineBuffer _lines = new(LongestLine);

    /// <summary>The last revision seen.</summary>
    public string Revision { get; private set; } = after;

    public bool Advanced => Revision != _after;

    /// <summary>How it ended, once <see cref="NextAsync"/> has given null.</summary>
    public WatchEnd End { get; private set; } = WatchEnd.Clean;

    public async ValueTask<WatchEvent?> NextAsync()
    {
        while (true)
        {
            while (_lines.TryTake(out var line))
            {
                limit.Came(line: true);
                try
                {
                    if (!IsBlank(line.Span) && EventOf(WatchLine.From(line), out var happened))
                    {
                        return happened;
                    }
                }
                catch (JsonException)
                {
                    End = WatchEnd.Cut("the server sent a line that is no watch event");
                    return null;
                }
            }

            if (!await FillAsync())
            {
                return null;
            }
        }
    }

    public void Dispose()
    {
        limit.Dispose();
        answer.Dispose();
    }

    /// <summary>False when the line tells nothing new. Null in place of the event: the line ends the watch.</summary>
    private bool EventOf(WatchLine line, out WatchEvent? happened)
    {
        happened = null;
        if (line.Type == WatchLineType.Error)
        {
            End = WatchEnd.Of(StatusBody.From(WholeJson.ReadObject(line.Object.Span), answer.Words));
            return true;
        }

        // Compared with where this connection began: several deletions may share one revision.
        if (!Revisions.IsAfter(line.Revision, _after))
        {
            return false;
        }

        Revision = Revisions.IsAfter(line.Revision, Revision) ? line.Revision : Revision;
        happened = line.Type switch
        {
            WatchLineType.Bookmark => new WatchEvent(WatchEventKind.Progress, Revision),
            WatchLineType.Deleted => new WatchEvent(WatchEventKind.Deleted, Revision, line.Object.ToArray()),
            _ => new WatchEvent(WatchEventKind.Changed, Revision, line.Object.ToArray()),
        };
        return true;
    }

    private async ValueTask<bool> FillAsync()
    {
        if (_lines.IsFull)
        {
            End = WatchEnd.Cut($"the server sent a line of more than {LongestLine / 1024 / 1024} MiB");
            return false;
        }

        var inLine = _lines.HasPart;
        try
        {
            limit.Wait(inLine);
            var read = await answer.Body.ReadAsync(_lines.Room(), limit.Token);
            limit.Came(line: false);
            _lines.Advance(read);
            End = inLine && read == 0 ? WatchEnd.Cut("the server ended the watch in the middle of an event") : WatchEnd.Clean;
            return read > 0;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            End = WatchEnd.Cut(limit.Reason);
            return false;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or InvalidDataException)
        {
            End = WatchEnd.Cut("the connection was lost");
            return false;
        }
    }

    private static bool IsBlank(ReadOnlySpan<byte> line) => !line.ContainsAnyExcept((byte)' ', (byte)'\r');
}
