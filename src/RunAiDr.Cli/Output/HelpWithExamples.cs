using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using RunAiDr.Cli.Commands;

namespace RunAiDr.Cli.Output;

/// <summary>The usual help text, and the examples of the command after it.</summary>
internal sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        var code = usual.Invoke(parseResult);
        if (parseResult.CommandResult.Command is OperatorCommand { Examples: var examples })
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var example in examples)
            {
                output.WriteLine($"  {example}");
            }
        }

        return code;
    }
}
