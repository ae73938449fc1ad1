using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using RunAiDr.Core;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Sync;
using RunAiDr.Tests.Cli.Service.Web;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Deploy;

/// <summary>The metrics that the service shows, and those that alerts and panels ask for.</summary>
internal static partial class ServedMetrics
{
    /// <summary>The names that <c>/metrics</c> of the service shows once everything has been measured.</summary>
    public static async Task<IReadOnlyList<string>> NamesAsync() => [.. In(await TextAsync()).Distinct(StringComparer.Ordinal)];

    /// <summary>What it shows then.</summary>
    public static async Task<string> TextAsync()
    {
        using var meters = new SyncMeters();
        var journal = new SyncJournal("prod", meters, NullLogger.Instance, TimeProvider.System, () => 0);
        await using var web = await WebScene.StartAsync();
        journal.Exported(null, [], Report, [], TimeSpan.Zero);
        journal.Interrupted(new ListSelection(KnownKinds.Namespace), "cut");
        journal.Failed(new RunAiDrException(Fault.NeedsOperator, "stop", "look"));
        meters.Observe(journal.Status);
        meters.Observe(() => new PushStatus(0, TimeSpan.Zero, null));
        meters.Observe(() => [new RecoveryMeasurement("prod", "database", TimeSpan.FromHours(1), TimeSpan.FromHours(2))]);
        meters.Observe(() => [new RehearsalMeasurement("prod", true, TimeSpan.FromHours(1), TimeSpan.FromMinutes(1))]);
        meters.Observe(() => [new CheckpointMeasurement("prod", Failed: true)]);
        meters.Observe(() => [new ReviewMeasurement("prod", Failed: true)]);
        meters.Observe(() => [new CoverageMeasurement("prod", 3)]);
        meters.Notified("on-call", "sent", 1);
        meters.CommitLag.Record(1);
        meters.PushLag.Record(1);
        meters.PushFailures.Add(1);
        return (await web.GetAsync("/metrics")).Text;
    }

    /// <summary>The names of metrics in a text.</summary>
    public static IEnumerable<string> In(string text) => MetricName().Matches(text).Select(match => match.Value);

    private static ExportReport Report { get; } = new()
    {
        Cluster = "prod",
        Info = SampleRestorePoint.Info,
        Revision = "1",
        Counts = new Dictionary<string, int>(StringComparer.Ordinal) { ["namespaces"] = 1 },
        LackingKinds = [],
        Terminating = [],
        Placeholders = [],
        CompareOnly = [],
        Warnings = [],
        LastManagers = new Dictionary<string, string>(StringComparer.Ordinal),
        KindNames = new Dictionary<string, string>(StringComparer.Ordinal),
    };

    [GeneratedRegex(@"\b(runai_dr|dotnet|process)_[a-z_]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MetricName();
}
