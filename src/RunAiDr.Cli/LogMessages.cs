using System.Net;
using Microsoft.Extensions.Logging;
using RunAiDr.Core.State;

namespace RunAiDr.Cli;

/// <summary>What the process tells about itself. Numbers never change their meaning.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(EventId = 5001, Level = LogLevel.Information, Message = "Dashboard at {Scheme}://{Address}/, probes and metrics there at /livez, /readyz, /metrics")]
    public static partial void Listening(this ILogger log, string scheme, IPEndPoint address);

    [LoggerMessage(EventId = 5002, Level = LogLevel.Information, Message = "The configuration has changed: starting again with the new one")]
    public static partial void ConfigurationChanged(this ILogger log);

    [LoggerMessage(EventId = 5003, Level = LogLevel.Error, Message = "The new configuration is not taken: {Mistakes}")]
    public static partial void ConfigurationWrong(this ILogger log, string mistakes);

    [LoggerMessage(EventId = 5004, Level = LogLevel.Warning, Message = "The new configuration names another repository, address, certificate or tokens file: restart runai-dr for it")]
    public static partial void ConfigurationNeedsRestart(this ILogger log);

    [LoggerMessage(EventId = 5005, Level = LogLevel.Information, Message = "{Leader} holds the lease {Lease}; this replica is {Identity}")]
    public static partial void Leadership(this ILogger log, string identity, string leader, string lease);

    [LoggerMessage(EventId = 5006, Level = LogLevel.Warning, Message = "Removed {Path}, which a killed process had left")]
    public static partial void LeftoverRemoved(this ILogger log, string path);

    [LoggerMessage(EventId = 5007, Level = LogLevel.Information, Message = "Packed {Objects} loose objects: {Before} bytes before, {After} after")]
    public static partial void Packed(this ILogger log, int objects, long before, long after);

    [LoggerMessage(EventId = 5008, Level = LogLevel.Warning, Message = "The repository could not be packed: {Failure}")]
    public static partial void PackingFailed(this ILogger log, string failure);

    [LoggerMessage(EventId = 5011, Level = LogLevel.Information, Message = "{Cluster}: made checkpoint {Tag} on {RestorePoint} in {Elapsed}")]
    public static partial void CheckpointMade(this ILogger log, string cluster, string tag, CommitId restorePoint, TimeSpan elapsed);

    [LoggerMessage(EventId = 5012, Level = LogLevel.Error, Message = "{Cluster}: checkpoints could not be {Work}: {Failure} {Remedy}")]
    public static partial void CheckpointsFailed(this ILogger log, string cluster, string work, string failure, string remedy);

    [LoggerMessage(EventId = 5013, Level = LogLevel.Information, Message = "{Cluster}: deleted {Kind} {What} of checkpoint {Checkpoint}")]
    public static partial void Deleted(this ILogger log, string cluster, string kind, string what, string checkpoint);

    [LoggerMessage(EventId = 5014, Level = LogLevel.Error, Message = "{Cluster}: {Kind} {What} of checkpoint {Checkpoint} could not be deleted: {Failure}")]
    public static partial void NotDeleted(this ILogger log, string cluster, string kind, string what, string checkpoint, string failure);

    [LoggerMessage(EventId = 5015, Level = LogLevel.Warning, Message = "{Cluster}: snapshot {Location} of checkpoint {Checkpoint} is named by no tag; `runai-dr prune <checkpoint> --orphans` deletes it")]
    public static partial void OrphanFound(this ILogger log, string cluster, string location, string checkpoint);

    [LoggerMessage(EventId = 5016, Level = LogLevel.Information, Message = "{Cluster}: rehearsal of {RestorePoint} {Verdict} in {Elapsed}")]
    public static partial void RehearsalPassed(this ILogger log, string cluster, string restorePoint, string verdict, TimeSpan elapsed);

    [LoggerMessage(EventId = 5017, Level = LogLevel.Error, Message = "{Cluster}: {RestorePoint} cannot be restored as it is: {Reason}. `runai-dr rehearse` shows everything")]
    public static partial void RehearsalFailed(this ILogger log, string cluster, string restorePoint, string reason);

    [LoggerMessage(EventId = 5018, Level = LogLevel.Error, Message = "{Cluster}: the rehearsal could not be run: {Failure} {Remedy}")]
    public static partial void RehearsalNotRun(this ILogger log, string cluster, string failure, string remedy);

    [LoggerMessage(EventId = 5021, Level = LogLevel.Information, Message = "{Receiver} is told of {Events}")]
    public static partial void Notifying(this ILogger log, string receiver, IEnumerable<string> events);

    [LoggerMessage(EventId = 5022, Level = LogLevel.Information, Message = "{Cluster}: told {Receiver} of {What}")]
    public static partial void NotificationSent(this ILogger log, string cluster, string what, string receiver);

    [LoggerMessage(EventId = 5023, Level = LogLevel.Error, Message = "{Cluster}: {Receiver} was not told of {What}: {Why}")]
    public static partial void NotificationLost(this ILogger log, string cluster, string what, string receiver, string why);

    [LoggerMessage(EventId = 5024, Level = LogLevel.Warning, Message = "Notifications may be missed: {Failure}")]
    public static partial void NotificationsDelayed(this ILogger log, string failure);

    [LoggerMessage(EventId = 5025, Level = LogLevel.Information, Message = "{Cluster}: {Standing}")]
    public static partial void Reviewed(this ILogger log, string cluster, string standing);

    [LoggerMessage(EventId = 5026, Level = LogLevel.Error, Message = "{Cluster}: the pull request could not be brought up to date: {Failure} {Remedy}")]
    public static partial void ReviewFailed(this ILogger log, string cluster, string failure, string remedy);

    [LoggerMessage(EventId = 5027, Level = LogLevel.Information, Message = "{Cluster}: {Standing}")]
    public static partial void Surveyed(this ILogger log, string cluster, string standing);

    [LoggerMessage(EventId = 5028, Level = LogLevel.Error, Message = "{Cluster}: the coverage could not be surveyed: {Failure} {Remedy}")]
    public static partial void SurveyFailed(this ILogger log, string cluster, string failure, string remedy);

    [LoggerMessage(EventId = 5031, Level = LogLevel.Information, Message = "Serving with the certificate {Fingerprint} (SHA-256) of {Subject}, valid until {Until}")]
    public static partial void Serving(this ILogger log, string fingerprint, string subject, DateTimeOffset until);

    [LoggerMessage(EventId = 5032, Level = LogLevel.Error, Message = "The new certificate is not taken, the old one stays: {Failure} {Remedy}")]
    public static partial void CertificateWrong(this ILogger log, string failure, string remedy);

    [LoggerMessage(EventId = 5033, Level = LogLevel.Error, Message = "Nobody is let in until the tokens file is right: {Failure} {Remedy}")]
    public static partial void TokensWrong(this ILogger log, string failure, string remedy);

    [LoggerMessage(EventId = 5034, Level = LogLevel.Warning, Message = "Nobody new is let in, since the API server does not review tokens: {Failure} {Remedy}")]
    public static partial void ReviewsFailed(this ILogger log, string failure, string remedy);
}
