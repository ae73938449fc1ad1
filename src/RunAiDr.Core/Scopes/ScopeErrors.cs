namespace RunAiDr.Core.Scopes;

/// <summary>The errors of one scope file, so that the operator sees them all at once.</summary>
internal sealed class ScopeErrors(string where)
{
    private readonly SortedSet<(long Line, string Message)> _errors = [];

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
            "The scope file has errors:\n" + string.Join('\n', lines),
            "Correct these lines; templates/scopes/runai.yaml explains the format.");
    }
}
