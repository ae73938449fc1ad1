using System.Text;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cli;

/// <summary>Asks the person at the terminal.</summary>
internal static class Terminal
{
    /// <summary>Whether somebody can answer.</summary>
    public static bool CanAsk => !Console.IsInputRedirected && !Console.IsErrorRedirected;

    /// <summary>The answer to a question; null when the input has ended. A hidden one is not shown while it is typed.</summary>
    public static string? Ask(string question, bool hidden)
    {
        Console.Error.Write(Visible.Lines(question));
        if (!hidden)
        {
            return Console.ReadLine();
        }

        var answer = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                answer.Length = Math.Max(0, answer.Length - 1);
            }
            else if (key.KeyChar != 0)
            {
                answer.Append(key.KeyChar);
            }
        }

        Console.Error.WriteLine();
        return answer.ToString();
    }
}
