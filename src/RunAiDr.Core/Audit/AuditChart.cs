using System.Globalization;
using System.Text;
using RunAiDr.Core.Checkpoints;

namespace RunAiDr.Core.Audit;

/// <summary>Charts as SVG within the page.</summary>
internal static class AuditChart
{
    private const int Width = 720;
    private const int Height = 140;
    private const int Left = 48;
    private const int Top = 10;
    private const int Bottom = 110;

    public static string TitleOf(AuditAgeChart chart) => $"Age of the recovery point: {CheckpointSummary.NameOf(chart.Course.Component)}";

    public static string Of(AuditDaysChart chart)
    {
        var most = chart.Days.Max(day => day.Changes);
        var width = Math.Max(1, (Width - Left) / Math.Max(1, Math.Ceiling(chart.Period.Length.TotalDays) + 1) * 0.8);
        var svg = Begin("Changed files on each day; the table below has the numbers", chart.Period, most.ToString(CultureInfo.InvariantCulture));
        foreach (var day in chart.Days)
        {
            var height = (double)day.Changes / most * (Bottom - Top);
            var left = Math.Clamp(X(chart.Period, new DateTimeOffset(day.Day, TimeOnly.MinValue, TimeSpan.Zero)), Left, Width - width);
            svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"bar\" x=\"{left:0.#}\" y=\"{Bottom - height:0.#}\" width=\"{width:0.#}\" height=\"{height:0.#}\"><title>{day.Day:yyyy-MM-dd}: {day.Changes}</title></rect>\n");
        }

        return svg.Append("</svg>\n").ToString();
    }

    public static string Of(AuditAgeChart chart)
    {
        var (course, period) = (chart.Course, chart.Period);
        var points = PointsOf(course, period).ToList();
        var highest = Math.Max(points.Select(point => point.Age.TotalHours).DefaultIfEmpty().Max(), (course.Objective ?? TimeSpan.Zero).TotalHours);
        var scale = highest > 0 ? (Bottom - Top) / (highest * 1.1) : 0;
        var svg = Begin(
            "Hours that a disaster would have lost; the table above has the times when it was more than the objective",
            period,
            string.Create(CultureInfo.InvariantCulture, $"{highest:0.#} h"));
        foreach (var missed in course.Missed)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"missed\" x=\"{X(period, missed.From):0.#}\" y=\"{Top}\" width=\"{Math.Max(1, X(period, missed.To) - X(period, missed.From)):0.#}\" height=\"{Bottom - Top}\"/>\n");
        }

        if (course.Objective is { } most)
        {
            var y = Bottom - (most.TotalHours * scale);
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"most\" x1=\"{Left}\" x2=\"{Width}\" y1=\"{y:0.#}\" y2=\"{y:0.#}\"/>\n");
        }

        var line = string.Join(' ', points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(period, point.At):0.#},{Bottom - (point.Age.TotalHours * scale):0.#}")));
        return svg.Append(CultureInfo.InvariantCulture, $"<polyline class=\"age\" points=\"{line}\"/>\n</svg>\n").ToString();
    }

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

    private static StringBuilder Begin(string description, AuditPeriod period, string highest) => new StringBuilder().Append(
        CultureInfo.InvariantCulture,
        $"""
        <svg viewBox="0 0 {Width} {Height}" role="img" aria-label="{AuditPage.Text(description)}">
        <line class="axis" x1="{Left}" x2="{Width}" y1="{Bottom}" y2="{Bottom}"/>
        <text x="0" y="{Top + 10}">{AuditPage.Text(highest)}</text>
        <text x="{Left}" y="{Height - 10}">{period.From.UtcDateTime:yyyy-MM-dd}</text>
        <text x="{Width}" y="{Height - 10}" text-anchor="end">{period.To.UtcDateTime:yyyy-MM-dd}</text>

        """);
}
