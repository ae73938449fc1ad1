using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace RunAiDr.Cli.Service;

/// <summary>Where the service logs: one line of text on a terminal, JSON elsewhere, always on standard error.</summary>
internal static class ServiceLog
{
    private const string Time = "yyyy-MM-ddTHH:mm:ss.fffZ ";

    public static ILoggerFactory Create(ProcessContext process) => LoggerFactory.Create(logging =>
    {
        logging.AddFilter(level => level >= LogLevel.Information);
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        if (process.IsTerminal)
        {
            logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat, console.UseUtcTimestamp) = (true, Time, true));
        }
        else
        {
            logging.AddJsonConsole(console => (console.TimestampFormat, console.UseUtcTimestamp) = (Time.TrimEnd(), true));
        }
    });
}
