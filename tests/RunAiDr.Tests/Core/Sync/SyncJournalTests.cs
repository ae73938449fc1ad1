using RunAiDr.Core.Export;
using RunAiDr.Core.Sync;
using RunAiDr.Tests.Cli.Service.Web;
using RunAiDr.Tests.Cluster;

namespace RunAiDr.Tests.Core.Sync;

public sealed class SyncJournalTests
{
    [Fact]
    public void An_interruption_is_logged_once_for_each_kind_until_its_watches_are_connected_again()
    {
        using var meters = new SyncMeters();
        var log = new LogLines();
        var journal = new SyncJournal("prod", meters, log, TimeProvider.System, () => 0);
        ListSelection[] watches = [new(Kinds.ConfigMap, "a"), new(Kinds.ConfigMap, "b"), new(Kinds.Namespace)];

        for (var i = 0; i < 3; i++)
        {
            Array.ForEach(watches, watch => journal.Interrupted(watch, "refused"));
        }

        string[] lines = ["configmaps", "namespaces"];
        Assert.Equal(lines.Select(Line), log.Text.Split('\n'));

        Array.ForEach(watches, journal.Connected);
        journal.Interrupted(watches[0], "refused");
        Assert.Equal(lines.Append("configmaps").Select(Line), log.Text.Split('\n'));

        static string Line(string kind) => $"1005 prod: the watch of {kind} is interrupted: refused ";
    }
}
