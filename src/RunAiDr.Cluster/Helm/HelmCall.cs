using System.Text;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Helm;

/// <summary>One run of helm. The input is the only way for anything secret.</summary>
internal sealed record HelmCall(IReadOnlyList<string> Arguments)
{
    public ReadOnlyMemory<byte> Input { get; init; }

    /// <summary>How much of the output is kept. A chart may carry its icon in its description.</summary>
    public int MostOutput { get; init; } = 1024 * 1024;

    /// <summary>Helm ends by itself before; after this it is ended.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(2);
}

/// <summary>How a run of helm ended.</summary>
/// <param name="Code">Exit code.</param>
/// <param name="Output">The end of its output.</param>
/// <param name="Errors">The end of its complaints.</param>
internal sealed record HelmEnd(int Code, byte[] Output, byte[] Errors)
{
    private const int LongestReason = 1000;

    /// <summary>Whether it had to be ended because it took too long.</summary>
    public bool TimedOut { get; init; }

    public bool Succeeded => Code == 0 && !TimedOut;

    /// <summary>
    /// Why it failed, on one line: from the last line that begins as an error of helm does to the end. It may hold
    /// secrets.
    /// </summary>
    public string Reason(Func<string, string> hide)
    {
        var lines = hide(Encoding.UTF8.GetString(Errors))
            .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var begin = Array.FindLastIndex(lines, line => line.StartsWith("Error: ", StringComparison.Ordinal));
        var reason = begin >= 0
            ? string.Join(' ', lines[begin..])["Error: ".Length..]
            : lines.LastOrDefault() ?? $"exit code {Code}";
        return Visible.Text(reason.Length > LongestReason ? reason[..LongestReason] + " …" : reason);
    }
}
