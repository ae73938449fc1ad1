using System.Collections;
using RunAiDr.Cli;

var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
    .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal);
var process = new ProcessContext(
    Console.Out, Console.Error, environment, Environment.CurrentDirectory, TimeProvider.System)
{
    IsTerminal = !Console.IsErrorRedirected,
    Ask = Terminal.CanAsk ? Terminal.Ask : null,
    Host = Environment.MachineName,
    Id = Environment.ProcessId,
};
return await new CommandLine(process).InvokeAsync(args, CancellationToken.None);
