using RunAiDr.Cli;

namespace RunAiDr.Tests.Support;

/// <summary>runai-dr as a user runs it, inside the test process: arguments in, exit code and texts out.</summary>
internal sealed class Processes
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private readonly Dictionary<string, string> _environment = new() { ["HOME"] = "/nonexistent" };

    private Processes(string directory) => Context = new ProcessContext(
        TextWriter.Synchronized(_output), TextWriter.Synchronized(_error), _environment, directory, TimeProvider.System);

    public ProcessContext Context { get; }

    /// <summary>Everything printed so far, both streams.</summary>
    public string Everything => _output.ToString() + _error;

    public static Processes At(string directory) => new(directory);

    public Processes With(string variable, string value)
    {
        _environment[variable] = value;
        return this;
    }

    public async Task<Ended> RunAsync(params string[] arguments)
    {
        var (outputBefore, errorBefore) = (_output.ToString().Length, _error.ToString().Length);
        var code = await new CommandLine(Context).InvokeAsync(arguments, CancellationToken.None);
        return new Ended(code, _output.ToString()[outputBefore..], _error.ToString()[errorBefore..]);
    }
}

internal sealed record Ended(int Code, string Output, string Error);
