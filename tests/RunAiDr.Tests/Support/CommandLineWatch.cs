using System.Collections.Concurrent;
using System.Text;

namespace RunAiDr.Tests.Support;

/// <summary>
/// Reads the command lines of all processes again and again while tests run, as any user of a machine can: helm, pg_dump,
/// age and the others live long enough to be seen many times.
/// </summary>
internal sealed class CommandLineWatch(Func<string, string?> secretIn)
{
    private static readonly string[] Shells = ["sh", "bash"];

    private static readonly Lazy<CommandLineWatch> OfCanaries = new(() => new CommandLineWatch(EndToEndCanaries.Found).Start());

    private readonly ConcurrentDictionary<string, string> _seen = new(StringComparer.Ordinal);

    /// <summary>Program → the secret it was started with.</summary>
    public IReadOnlyDictionary<string, string> Seen => _seen;

    /// <summary>Watches for planted secrets from now to the end of the tests.</summary>
    public static void Begin() => _ = OfCanaries.Value;

    public static void AssertNoSecret() =>
        Assert.True(OfCanaries.Value.Seen.Count == 0, $"a program was started with a secret: {string.Join(", ", OfCanaries.Value.Seen)}");

    public CommandLineWatch Start()
    {
        new Thread(Watch) { IsBackground = true, Name = nameof(CommandLineWatch) }.Start();
        return this;
    }

    private void Watch()
    {
        while (true)
        {
            foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(Path.GetFileName(path)[0])))
            {
                Note(CommandLineOf(process));
            }

            Thread.Sleep(20);
        }
    }

    // The kernel ends each word with a zero byte.
    private void Note(string commandLine)
    {
        var words = commandLine.Split('\0');
        var isShell = Shells.Contains(Path.GetFileName(words[0]), StringComparer.Ordinal) && words.Length > 1;
        var program = Path.GetFileName(isShell ? words[1] : words[0]);

        // What the tests themselves give to kubectl and to a shell is theirs; a script is a program as any other.
        if (program != "kubectl" && !(isShell && program == "-c") && secretIn(commandLine) is { } secret)
        {
            _seen[program] = secret;
        }
    }

    private static string CommandLineOf(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"), Encoding.Latin1);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return ""; // it has just ended
        }
    }
}
