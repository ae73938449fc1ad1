using RunAiDr.Core.Resources;
using RunAiDr.Core.Runbook;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Core.State;

namespace RunAiDr.Core.History;

/// <summary>The changes of a commit in words.</summary>
public static class ChangeText
{
    /// <summary>Those worth telling: not what follows from another, as encrypted files and the runbook do.</summary>
    public static IReadOnlyList<StateChange> Told(IReadOnlyList<StateChange> changes)
    {
        var paths = changes.Select(change => change.Path).ToHashSet(StringComparer.Ordinal);
        return [.. changes.Where(change => !SealedFiles.IsToldByAnother(change.Path, paths) && (change.Path != RunbookPage.Path || changes.Count == 1))];
    }

    /// <summary>Such as <c>changed namespaces/team-a/rolebindings/x.yaml</c>.</summary>
    public static string Of(StateChange change) => SealedFiles.DocumentOf(change.Path) is not { } document
        ? Visible.Text($"{Verb(change.Kind)} {change.Path}")
        : Visible.Text($"{Verb(change.Kind)} {(SealedFiles.IsMacs(change.Path) ? "secrets" : "the encryption of secrets")} of {document}");

    private static string Verb(StateChangeKind kind) => kind switch
    {
        StateChangeKind.Added => "added",
        StateChangeKind.Changed => "changed",
        _ => "deleted",
    };
}
