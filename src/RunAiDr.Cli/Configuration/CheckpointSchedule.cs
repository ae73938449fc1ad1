using Cronos;

namespace RunAiDr.Cli.Configuration;

/// <summary>When checkpoints are made or rehearsed: a cron expression of five fields in a time zone.</summary>
internal sealed class CheckpointSchedule
{
    private readonly CronExpression _cron;
    private readonly TimeZoneInfo _zone;
    private readonly string _text;

    private CheckpointSchedule(CronExpression cron, TimeZoneInfo zone, string text) => (_cron, _zone, _text) = (cron, zone, text);

    /// <summary>Null when it is not such an expression, or one that never comes.</summary>
    public static CheckpointSchedule? TryParse(string text, TimeZoneInfo zone) =>
        CronExpression.TryParse(text, out var cron) && cron.GetNextOccurrence(DateTime.UnixEpoch) is not null
            ? new CheckpointSchedule(cron, zone, text) : null;

    /// <summary>The first time after a moment.</summary>
    public DateTimeOffset? Next(DateTimeOffset after) => _cron.GetNextOccurrence(after, _zone);

    public override string ToString() => $"{_text} {_zone.Id}";
}
