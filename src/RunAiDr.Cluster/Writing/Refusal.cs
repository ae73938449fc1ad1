using System.Text;
using RunAiDr.Cluster.Http;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Writing;

/// <summary>Tells why the server refused a resource.</summary>
internal static class Refusal
{
    public static ApplyResult Of(ResourceKey key, ApiAnswer answer)
    {
        var status = answer.ToStatus();
        var conflicts = status?.Causes.Where(c => c.Reason == "FieldManagerConflict").ToList() ?? [];
        if (answer.Status == 409 && conflicts.Count > 0)
        {
            return new ApplyResult(key, ApplyAction.Conflict, ConflictText(conflicts));
        }

        return new ApplyResult(key, ApplyAction.Failed, ReasonText(key, answer, status));
    }

    // The server sends the causes in no stable order.
    private static string ConflictText(List<StatusCause> conflicts) =>
        string.Join("; ", conflicts
            .GroupBy(c => c.Message ?? "conflict", StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => $"{g.Key}: {string.Join(", ", g.Select(c => c.Field).Order(StringComparer.Ordinal))}"));

    private static string ReasonText(ResourceKey key, ApiAnswer answer, StatusBody? status)
    {
        var start = $"{answer.Status} {status?.Reason}".TrimEnd();
        if (status is null)
        {
            return $"{start}: {answer.Words.Of(Encoding.UTF8.GetString(answer.Body.Span).Trim())}";
        }

        if (key is not { Group: "", Plural: "secrets" })
        {
            return $"{start}: {status.Message}";
        }

        // The server may quote values in its message: of a Secret only the refused fields are told.
        var fields = status.Causes.Select(c => c.Field).Where(f => f is not null).Order(StringComparer.Ordinal);
        var named = string.Join(", ", fields);
        return answer.Status is 403 or 404 or 409 ? $"{start}: {status.Message}"
            : named.Length > 0 ? $"{start}: {named}"
            : $"{start} (the message is withheld: it may quote the Secret)";
    }
}
