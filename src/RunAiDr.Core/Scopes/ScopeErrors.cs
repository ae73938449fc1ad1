namespace RunAiDr.Core.Scopes;

/// <summary>The errors of one file, so that the operator sees them all at once.</summary>
/// <param name="where">Name of the file.</param>
/// <param name="what">What it is.</param>
/// <param name="example">The template that explains its format.</param>
internal sealed class ScopeErrors(string where, string what, string example)
{
    private readonly SortedSet<(long Line, string Message)> _errors = [];

    public string Where => where;

    public void Add(long line, string message) => _errors.Add((line, message));

    /// <exception cref="RunAiDrException">There is one.</exception>
    public void ThrowIfAny()
    {
        if (_errors.Count == 0)
        {
            return;
        }

        var lines = _errors.Select(error => $"{where}:{error.Line}: {error.Message}");
        throw new RunAiDrException(
            Fault.Configuration,
            $"{what} has errors:\n" + string.Join('\n', lines),
            $"Correct these lines; {example} explains the format.");
    }
}
