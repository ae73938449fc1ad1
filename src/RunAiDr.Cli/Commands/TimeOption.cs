using System.CommandLine;
using System.Globalization;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cli.Commands;

/// <summary>A time that an option gives as a date (UTC) or to the second.</summary>
internal static class TimeOption
{
    /// <summary>A date counts from its begin; null when the option is not given.</summary>
    /// <exception cref="Core.RunAiDrException">It is no time.</exception>
    public static DateTimeOffset? From(Invocation invocation, Option<string?> option) => Read(invocation, option)?.At;

    /// <summary>A date counts to its end; null when the option is not given.</summary>
    /// <exception cref="Core.RunAiDrException">It is no time.</exception>
    public static DateTimeOffset? To(Invocation invocation, Option<string?> option) =>
        Read(invocation, option) is var (at, isDate) ? at + (isDate ? new TimeSpan(23, 59, 59) : TimeSpan.Zero) : null;

    private static (DateTimeOffset At, bool IsDate)? Read(Invocation invocation, Option<string?> option) => invocation.Get(option) is not { } text
        ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? (new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero), true)
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
                ? (at, false)
                : throw RestoreOptions.Wrong(option.Name, Visible.Text(text), "neither a date (2026-03-01) nor a time (2026-03-01T12:00:00Z)");
}
