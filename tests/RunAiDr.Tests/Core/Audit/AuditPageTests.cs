using System.Xml.Linq;
using RunAiDr.Core.Audit;
using RunAiDr.Core.Snapshots;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Core.Audit;

public sealed class AuditPageTests
{
    private static readonly DateTimeOffset Start = new(2026, 10, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_report_reads_like_this() => Verified.Text(string.Join('\n', AuditMarkdown.Of(Report("<b>team|a</b>\u001b[2J"))));

    [Fact]
    public void The_page_is_one_file_in_which_no_name_is_markup()
    {
        var page = AuditPage.Of(Report("<script>alert(1)</script>\u001b[2J"));

        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', page);
        Assert.DoesNotContain("http", page.Replace("http-equiv", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
        var charts = page.Split("<svg")[1..].Select(rest => XElement.Parse($"<svg{rest[..rest.IndexOf("</svg>", StringComparison.Ordinal)]}</svg>")).ToList();
        var keys = charts.RemoveAll(chart => (string?)chart.Attribute("aria-hidden") == "true");
        Assert.Equal((3, 2), (keys, charts.Count));
        Assert.All(charts, chart => Assert.NotNull(chart.Attribute("aria-label")));
        Assert.Equal(3, charts[0].Elements("rect").Count(rect => (string?)rect.Attribute("class") == "missed"));
        Assert.Equal(2, charts[1].Elements("rect").Count(rect => (string?)rect.Attribute("class") == "bar"));
    }

    [Fact]
    public void The_marks_of_a_chart_are_told_in_words_and_only_those_that_it_has()
    {
        var (report, course) = (Report("team-a"), RecoveryPointCourse.Of(SnapshotComponent.Metrics, null, [Start], new(Start, Start.AddDays(10))));
        var free = AuditPage.Of(report with { RecoveryPoints = [course] });
        var missed = AuditPage.Of(report);

        Assert.All(["</svg> age", "</svg> objective (dashed)", "</svg> objective missed (shaded)"], words => Assert.Contains(words, missed, StringComparison.Ordinal));
        Assert.Contains("</svg> age", free, StringComparison.Ordinal);
        Assert.DoesNotContain("</svg> objective", free, StringComparison.Ordinal);
    }

    [Fact]
    public void A_period_in_which_nothing_happened_is_a_page_too()
    {
        var empty = new AuditReport("prod", new(Start, Start.AddDays(1)), Start.AddDays(2));

        Assert.Contains("Nothing changed.", AuditPage.Of(empty), StringComparison.Ordinal);
        Assert.Contains("Nothing changed\\.", AuditMarkdown.Of(empty));
    }

    internal static AuditReport Report(string place)
    {
        var period = new AuditPeriod(Start, Start.AddDays(10));
        return new AuditReport("prod", period, Start.AddDays(11))
        {
            RestorePoints = 7,
            Changes =
            [
                new("cluster", ["kubectl-edit"], 0, 2, 1, Start.AddDays(3)),
                new(place, ["argocd", "Alice <alice@example.org>"], 4, 0, 0, Start.AddDays(5)),
            ],
            Days = [new(new DateOnly(2026, 10, 4), 3), new(new DateOnly(2026, 10, 6), 4)],
            Checkpoints =
            [
                new("20261002-010000", "0123456789abcdef0123456789abcdef01234567", Start.AddHours(25), false, "good, by runai-dr@example.com"),
                new("before-upgrade", "1123456789abcdef0123456789abcdef01234567", Start.AddDays(6), true, null),
            ],
            MissedCheckpoints = [Start.AddDays(2), Start.AddDays(3)],
            RecoveryPoints = [RecoveryPointCourse.Of(SnapshotComponent.Database, TimeSpan.FromHours(26), [Start.AddHours(1), Start.AddDays(6)], period)],
            Rehearsals = [new(Start.AddDays(2), "20261002-010000", true, "passed"), new(Start.AddDays(9), "before-upgrade", false, "not passed: a dump is damaged")],
        };
    }
}
