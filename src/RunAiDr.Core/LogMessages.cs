using Microsoft.Extensions.Logging;
using RunAiDr.Core.State;

namespace RunAiDr.Core;

/// <summary>What the service tells about its work. Numbers never change their meaning.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(EventId = 1001, Level = LogLevel.Information, Message = "{Cluster}: committed {RestorePoint}, {Files} files changed, revision {Revision}")]
    public static partial void Committed(this ILogger log, string cluster, CommitId restorePoint, int files, string revision);

    [LoggerMessage(EventId = 1002, Level = LogLevel.Information, Message = "{Cluster}: read {Resources} resources at revision {Revision} in {Elapsed}")]
    public static partial void Exported(this ILogger log, string cluster, string revision, int resources, TimeSpan elapsed);

    [LoggerMessage(EventId = 1003, Level = LogLevel.Information, Message = "{Cluster}: reading the whole cluster again: {Reason}")]
    public static partial void ReadingAgain(this ILogger log, string cluster, string reason);

    [LoggerMessage(EventId = 1004, Level = LogLevel.Error, Message = "{Cluster}: nothing is committed: {Failure} {Remedy}")]
    public static partial void CycleFailed(this ILogger log, string cluster, string failure, string remedy);

    [LoggerMessage(EventId = 1005, Level = LogLevel.Warning, Message = "{Cluster}: the watch of {Kind} is interrupted: {Reason}")]
    public static partial void WatchInterrupted(this ILogger log, string cluster, string kind, string reason);

    [LoggerMessage(EventId = 1006, Level = LogLevel.Warning, Message = "{Cluster}: {Held}; they are kept until an operator confirms")]
    public static partial void Held(this ILogger log, string cluster, string held);

    [LoggerMessage(EventId = 1011, Level = LogLevel.Information, Message = "Pushed {Commits} commits after {Lag}, put onto a newer tip: {Replayed}")]
    public static partial void Pushed(this ILogger log, int commits, bool replayed, TimeSpan lag);

    [LoggerMessage(EventId = 1012, Level = LogLevel.Error, Message = "The remote does not have the last commits: {Failure} {Remedy}")]
    public static partial void PushFailed(this ILogger log, string failure, string remedy);
}
