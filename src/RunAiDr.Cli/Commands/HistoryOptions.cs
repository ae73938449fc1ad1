using System.CommandLine;
using System.Globalization;
using RunAiDr.Core;
using RunAiDr.Core.History;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cli.Commands;

/// <summary>Which part of the history is wanted.</summary>
internal sealed class HistoryOptions
{
    private readonly Option<string?> _since = new("--since")
    {
        Description = "Only what was committed then or later: 2026-03-01 or 2026-03-01T12:00:00Z",
        HelpName = "time",
    };

    private readonly Option<string?> _until = new("--until")
    {
        Description = "Only what was committed then or before; a date counts to its end",
        HelpName = "time",
    };

    private readonly Option<string?> _from = new("--from")
    {
        Description = "Go back from this tag, commit or branch [default: the last restore point]",
        HelpName = "ref",
    };

    private readonly Option<int?> _limit = new("--limit")
    {
        Description = "Show the newest so many commits [default: all]",
        HelpName = "number",
    };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_since, _until, _from, _limit])
        {
            command.Options.Add(option);
        }
    }

    /// <exception cref="RunAiDrException">A time is none.</exception>
    public HistoryQuery Read(Invocation invocation, string cluster) => new(cluster)
    {
        From = invocation.Get(_from),
        Since = invocation.Get(_since) is { } since ? Time("--since", since).At : null,
        Until = invocation.Get(_until) is { } until && Time("--until", until) is var (at, isDay) ? at + (isDay ? new TimeSpan(23, 59, 59) : TimeSpan.Zero) : null,
    };

    /// <exception cref="RunAiDrException">It is no number of commits.</exception>
    public int Limit(Invocation invocation) => invocation.Get(_limit) switch
    {
        null => int.MaxValue,
        > 0 and var limit => limit,
        { } limit => throw RestoreOptions.Wrong("--limit", limit.ToString(CultureInfo.InvariantCulture), "not a number of commits"),
    };

    private static (DateTimeOffset At, bool IsDay) Time(string option, string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? (new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero), true)
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
                ? (at, false)
                : throw RestoreOptions.Wrong(option, Visible.Text(text), "neither a date (2026-03-01) nor a time (2026-03-01T12:00:00Z)");
}
