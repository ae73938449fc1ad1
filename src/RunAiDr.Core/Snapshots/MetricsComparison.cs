using System.Globalization;

namespace RunAiDr.Core.Snapshots;

/// <summary>Compares what restored metrics hold with what was saved of them.</summary>
public static class MetricsComparison
{
    /// <summary>By how much the newest saved sample may be missing: the last ones of a volume may not have reached its disk.</summary>
    public static readonly TimeSpan Slack = TimeSpan.FromMinutes(15);

    // A Prometheus takes a series without a sample for as long for gone.
    private static readonly TimeSpan Stale = TimeSpan.FromMinutes(5);

    /// <summary>What is wrong, a line each; empty when the saved samples are there.</summary>
    /// <param name="saved">As saved; null when the installation had none, as on OpenShift, which is normal.</param>
    /// <param name="live">As it is now; null when nobody could be asked.</param>
    /// <param name="now">Tells which samples have outlived their retention.</param>
    public static IReadOnlyList<string> Compare(MetricsFacts? saved, MetricsFacts? live, DateTimeOffset now) => (saved, live) switch
    {
        (null, _) => [],
        ({ }, null) => ["metrics were saved, and there are none now"],
        var (before, after) =>
        [
            .. CompareLabels(before, after),
            .. CompareOldest(before, after, now),
            .. CompareNewest(before, after),
            .. CompareSeries(before, after, now),
        ],
    };

    private static IEnumerable<string> CompareLabels(MetricsFacts saved, MetricsFacts live)
    {
        foreach (var name in saved.ExternalLabels.Keys.Union(live.ExternalLabels.Keys).Order(StringComparer.Ordinal))
        {
            var (before, now) = (saved.ExternalLabels.GetValueOrDefault(name), live.ExternalLabels.GetValueOrDefault(name));
            if (before != now)
            {
                yield return $"external label {name} is {now ?? "not there"}, and was {before ?? "not there"}: it is another store, or one that was set up otherwise";
            }
        }
    }

    private static IEnumerable<string> CompareOldest(MetricsFacts saved, MetricsFacts live, DateTimeOffset now)
    {
        if (saved.Oldest is not { } before)
        {
            yield break;
        }

        // What has outlived the retention since is nobody's loss.
        var kept = Retention(live.Retention ?? saved.Retention) is { } retention && now - retention > before ? now - retention : before;
        if (live.Oldest is not { } oldest)
        {
            yield return $"there is no sample, and the oldest saved one is of {before:u}";
        }
        else if (oldest > kept + Slack)
        {
            yield return $"the oldest sample is of {oldest:u}, and was of {before:u}: earlier ones are lost";
        }
    }

    private static IEnumerable<string> CompareNewest(MetricsFacts saved, MetricsFacts live)
    {
        if (saved.Newest is { } before && (live.Newest is not { } newest || newest < before - Slack))
        {
            var found = live.Newest is { } last ? $"of {last:u}" : "not known";
            yield return $"the newest sample is {found}, and was of {before:u}: later ones are lost";
        }
    }

    private static IEnumerable<string> CompareSeries(MetricsFacts saved, MetricsFacts live, DateTimeOffset now)
    {
        // Where no sample came lately, series are counted once they come again.
        var idle = live.Newest is null || now - live.Newest > Stale;
        if (saved.Series is { } before && live.Series is { } series && !idle && series * 2 < before)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"there are {series} series, and were {before}: less than half");
        }
    }

    /// <summary>As Prometheus writes it, <c>183d</c> or <c>1y2w</c>; null when it is not that, or has no end.</summary>
    private static TimeSpan? Retention(string? text)
    {
        var (total, number) = (TimeSpan.Zero, 0L);
        foreach (var letter in text ?? "")
        {
            if (char.IsAsciiDigit(letter))
            {
                number = Math.Min(1_000_000, (number * 10) + letter - '0');
            }
            else if (UnitOf(letter) is { } unit)
            {
                (total, number) = (total + (number * unit), 0);
            }
            else
            {
                return null;
            }
        }

        return total > TimeSpan.Zero ? total : null;
    }

    private static TimeSpan? UnitOf(char letter) => letter switch
    {
        's' => TimeSpan.FromSeconds(1),
        'm' => TimeSpan.FromMinutes(1),
        'h' => TimeSpan.FromHours(1),
        'd' => TimeSpan.FromDays(1),
        'w' => TimeSpan.FromDays(7),
        'y' => TimeSpan.FromDays(365),
        _ => null,
    };
}
