using System.Text;
using RunAiDr.Cli;

namespace RunAiDr.Tests.Support;

/// <summary>runai-dr as a user runs it, inside the test process: arguments in, exit code and texts out.</summary>
internal sealed class Processes
{
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly Dictionary<string, string> _environment = new() { ["HOME"] = "/nonexistent" };

    private Processes(string directory) => Context = new ProcessContext(
        TextWriter.Synchronized(new StringWriter(_output)),
        TextWriter.Synchronized(new StringWriter(_error)),
        _environment,
        directory,
        TimeProvider.System);

    public ProcessContext Context { get; }

    /// <summary>Everything printed so far, both streams.</summary>
    public string Everything => _output.ToString() + _error;

    public static Processes At(string directory) => new(directory);

    public Processes With(string variable, string value)
    {
        _environment[variable] = value;
        return this;
    }

    public Task<Ended> RunAsync(params string[] arguments) => RunAsync(CancellationToken.None, arguments);

    /// <summary>Cancelling is what Ctrl-C does.</summary>
    public async Task<Ended> RunAsync(CancellationToken ct, params string[] arguments)
    {
        var (outputBefore, errorBefore) = (_output.Length, _error.Length);
        var code = await new CommandLine(Context).InvokeAsync(arguments, ct);
        return new Ended(code, _output.ToString()[outputBefore..], _error.ToString()[errorBefore..]);
    }
}

internal sealed record Ended(int Code, string Output, string Error)
{
    /// <summary>Fails the test with everything printed when the exit code is another one.</summary>
    public Ended Expect(int code)
    {
        Assert.True(Code == code, $"exit code {Code}, not {code}\n{Error}\n{Output}");
        return this;
    }
}
