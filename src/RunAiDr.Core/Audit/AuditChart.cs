using System.Globalization;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Text;

namespace RunAiDr.Core.Audit;

/// <summary>Charts as SVG within the page.</summary>
internal static class AuditChart
{
    private const int Width = 720;
    private const int Height = 140;
    private const int Left = 48;
    private const int Top = 10;
    private const int Bottom = 110;

    /// <summary>What the marks of a chart mean: a sample of each that it has, and words.</summary>
    public static Html LegendOf(AuditAgeChart chart)
    {
        var age = Key($"""<line class="age" x2="24" y1="6" y2="6"/>""", "age");
        var objective = chart.Course.Objective is null ? Html.None : Key($"""<line class="most" x2="24" y1="6" y2="6"/>""", "objective (dashed)");
        var missed = chart.Course.Missed.Count == 0 ? Html.None : Key($"""<rect class="missed" width="24" height="12"/>""", "objective missed (shaded)");
        return $"""<span class="legend">{age}{objective}{missed}</span>""";
    }

    public static string TitleOf(AuditAgeChart chart) => $"Age of the recovery point: {CheckpointSummary.NameOf(chart.Course.Component)}";

    public static Html Of(AuditDaysChart chart)
    {
        var most = chart.Days.Max(day => day.Changes);
        var width = Math.Max(1, (Width - Left) / Math.Max(1, Math.Ceiling(chart.Period.Length.TotalDays) + 1) * 0.8);
        return Chart(
            "Changed files on each day; the table below has the numbers",
            chart.Period,
            most.ToString(CultureInfo.InvariantCulture),
            Html.Each(chart.Days, Bar));

        Html Bar(AuditedDay day)
        {
            var height = (double)day.Changes / most * (Bottom - Top);
            var left = Math.Clamp(X(chart.Period, new DateTimeOffset(day.Day, TimeOnly.MinValue, TimeSpan.Zero)), Left, Width - width);
            return $"""<rect class="bar" x="{left}" y="{Bottom - height}" width="{width}" height="{height}"><title>{Day(day.Day)}: {day.Changes}</title></rect>{"\n"}""";
        }
    }

    public static Html Of(AuditAgeChart chart)
    {
        var (course, period) = (chart.Course, chart.Period);
        var points = PointsOf(course, period).ToList();
        var highest = Math.Max(points.Select(point => point.Age.TotalHours).DefaultIfEmpty().Max(), (course.Objective ?? TimeSpan.Zero).TotalHours);
        var scale = highest > 0 ? (Bottom - Top) / (highest * 1.1) : 0;
        return Chart(
            "Hours that a disaster would have lost; the table above has the times when it was more than the objective",
            period,
            string.Create(CultureInfo.InvariantCulture, $"{highest:0.#} h"),
            $"""
            {Html.Each(course.Missed, missed => $"""<rect class="missed" x="{X(period, missed.From)}" y="{Top}" width="{Math.Max(1, X(period, missed.To) - X(period, missed.From))}" height="{Bottom - Top}"/>{"\n"}""")}{(course.Objective is { } most ? ObjectiveAt(Y(most)) : Html.None)}
            <polyline class="age" points="{Html.Each(points, point => $"{X(period, point.At)},{Y(point.Age)} ")}"/>

            """);

        double Y(TimeSpan age) => Bottom - (age.TotalHours * scale);
    }

    private static Html Key(Html sample, string meaning) =>
        $"""<span><svg viewBox="0 0 24 12" aria-hidden="true">{sample}</svg> {meaning}</span> """;

    private static Html ObjectiveAt(double y) => $"""<line class="most" x1="{Left}" x2="{Width}" y1="{y}" y2="{y}"/>""";

    // It grows with time, and falls with each snapshot.
    private static IEnumerable<(DateTimeOffset At, TimeSpan Age)> PointsOf(RecoveryPointCourse course, AuditPeriod period)
    {
        foreach (var (index, taken) in course.Taken.Index())
        {
            var from = taken > period.From ? taken : period.From;
            var to = index + 1 < course.Taken.Count ? course.Taken[index + 1] : period.To;
            yield return (from, from - taken);
            yield return (to, to - taken);
        }
    }

    private static double X(AuditPeriod period, DateTimeOffset time) =>
        period.Length <= TimeSpan.Zero ? Left : Left + ((Width - Left) * ((time - period.From) / period.Length));

    private static Html Chart(string description, AuditPeriod period, string highest, Html content) =>
        $"""
        <svg viewBox="0 0 {Width} {Height}" role="img" aria-label="{description}">
        <line class="axis" x1="{Left}" x2="{Width}" y1="{Bottom}" y2="{Bottom}"/>
        <text x="0" y="{Top + 10}">{highest}</text>
        <text x="{Left}" y="{Height - 10}">{Day(DateOnly.FromDateTime(period.From.UtcDateTime))}</text>
        <text x="{Width}" y="{Height - 10}" text-anchor="end">{Day(DateOnly.FromDateTime(period.To.UtcDateTime))}</text>
        {content}</svg>

        """;

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
