using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace RunAiDr.Cli.Service;

/// <summary>Where the service logs: one line of text on a terminal, JSON elsewhere, always on standard error.</summary>
internal static class ServiceLog
{
    public static ILoggerFactory Create(ProcessContext process) => LoggerFactory.Create(logging =>
    {
        logging.AddFilter(level => level >= LogLevel.Information);
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        if (process.IsTerminal)
        {
            logging.AddConsole(console => console.FormatterName = VisibleLine.FormatterName);
            logging.Services.AddSingleton<ConsoleFormatter>(new VisibleLine(process.Clock));
        }
        else
        {
            logging.AddJsonConsole(console => (console.TimestampFormat, console.UseUtcTimestamp) = (VisibleLine.Time, true));
        }
    });
}
