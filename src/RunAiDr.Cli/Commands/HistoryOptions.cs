using System.CommandLine;
using System.Globalization;
using RunAiDr.Core;
using RunAiDr.Core.History;

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
        Since = TimeOption.From(invocation, _since),
        Until = TimeOption.To(invocation, _until),
    };

    /// <exception cref="RunAiDrException">It is no number of commits.</exception>
    public int Limit(Invocation invocation) => invocation.Get(_limit) switch
    {
        null => int.MaxValue,
        > 0 and var limit => limit,
        { } limit => throw RestoreOptions.Wrong("--limit", limit.ToString(CultureInfo.InvariantCulture), "not a number of commits"),
    };
}
