using RunAiDr.Core.Checkpoints;

namespace RunAiDr.Cli.Service.Notifications;

/// <summary>Something of a cluster that may be wrong, as the status of the service shows it.</summary>
/// <param name="Event">One of <see cref="NotificationEvent"/>.</param>
/// <param name="Cluster">Where.</param>
/// <param name="Subject">The component; null where there is only one such thing.</param>
/// <param name="IsThere">Null while that is not known: it began or ended only when somebody saw it.</param>
internal sealed record Problem(string Event, string Cluster, string? Subject, bool? IsThere)
{
    /// <summary>A sentence for when it begins.</summary>
    public required string Text { get; init; }

    /// <summary>A sentence for when it is over.</summary>
    public required string Over { get; init; }

    public IReadOnlyList<string> Details { get; init; } = [];

    public string Key => Subject is null ? $"{Event}/{Cluster}" : $"{Event}/{Cluster}/{Subject}";

    public static IEnumerable<Problem> Of(ServiceStatus status) =>
        [.. Guards(status), .. status.Checkpoints.SelectMany(Checkpoints), .. status.Rehearsals.Select(Rehearsal)];

    public Notification At(DateTimeOffset now, string? restorePoint) =>
        new(Event, IsThere == false, Cluster, Subject, now, IsThere == false ? Over : Text)
        {
            Details = IsThere == false ? [] : Details,
            RestorePoint = restorePoint,
        };

    // After a stop only a full export without a fault tells that the guard lets it pass again.
    private static IEnumerable<Problem> Guards(ServiceStatus status) => status.Clusters.Select(cluster =>
        new Problem(NotificationEvent.GuardStopped, cluster.Cluster, null, cluster switch { { GuardStopped: true } => true, { Ready: true } => false, _ => null })
        {
            Text = "The export stopped before an unusual number of deletions. No restore point is made until somebody decides.",
            Over = "The export goes on.",
            Details = cluster.NotReady,
        });

    private static IEnumerable<Problem> Checkpoints(CheckpointStatus status) => status.Points.Where(point => point.Objective is not null)
        .Select(point => Objective(status, point)).Prepend(new Problem(
            NotificationEvent.CheckpointFailed, status.Cluster, null, status.Tried ? status.CheckpointFailure is not null : null)
        {
            Text = "The scheduled checkpoint failed; it is tried again.",
            Over = "Checkpoints are made again.",
            Details = status.CheckpointFailure is { } failure ? [failure] : [],
        });

    private static Problem Objective(CheckpointStatus status, RecoveryPoint point)
    {
        var component = CheckpointSummary.NameOf(point.Component);
        return new Problem(NotificationEvent.ObjectiveMissed, status.Cluster, component, status.Checked ? point.IsMissed : null)
        {
            Text = $"The newest usable snapshot of the {component} is older than its objective.",
            Over = $"The recovery point of the {component} is within its objective again.",
            Details = [$"{(point.Age is { } age ? $"{Length(age)} old" : "there is none")}, objective {Length(point.Objective ?? TimeSpan.Zero)}"],
        };
    }

    private static Problem Rehearsal(RehearsalStatus status) => new(NotificationEvent.RehearsalFailed, status.Cluster, null, !status.Passed)
    {
        Text = "The newest rehearsal did not pass, or could not be run.",
        Over = "The newest rehearsal passed.",
        Details = [.. new[] { status.Newest is { Passed: false } newest ? $"{newest.What}: {newest.Verdict}" : null, status.Failure }.OfType<string>()],
    };

    private static string Length(TimeSpan time) => time.ToString(@"d\.hh\:mm\:ss", System.Globalization.CultureInfo.InvariantCulture);
}
