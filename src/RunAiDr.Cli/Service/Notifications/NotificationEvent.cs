namespace RunAiDr.Cli.Service.Notifications;

/// <summary>What receivers are told of; the names are those of the configuration and of what is sent.</summary>
internal static class NotificationEvent
{
    public const string GuardStopped = "guard-stopped";
    public const string CheckpointFailed = "checkpoint-failed";
    public const string ObjectiveMissed = "objective-missed";
    public const string RehearsalFailed = "rehearsal-failed";
    public const string DangerousDrift = "dangerous-drift";

    public static readonly string[] All = [GuardStopped, CheckpointFailed, ObjectiveMissed, RehearsalFailed, DangerousDrift];
}
