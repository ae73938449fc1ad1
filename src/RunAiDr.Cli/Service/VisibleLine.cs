using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cli.Service;

/// <summary>One line of text for each message, of which a terminal obeys nothing.</summary>
internal sealed class VisibleLine(TimeProvider clock) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "line";

    public const string Time = "yyyy-MM-ddTHH:mm:ss.fffZ";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var failure = logEntry.Exception is { } exception ? $" {exception}" : "";
        textWriter.WriteLine(Visible.Text(
            $"{clock.GetUtcNow().ToString(Time, CultureInfo.InvariantCulture)} {Word(logEntry.LogLevel)}: {logEntry.Category}[{logEntry.EventId.Id}] {logEntry.Formatter(logEntry.State, logEntry.Exception)}{failure}"));
    }

    // As ASP.NET's own formatter has them.
    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        LogLevel.Critical => "crit",
        _ => "dbug",
    };
}
