using RunAiDr.Core.Helm;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Export;

/// <summary>What a changed file is, in words: <c>team-a</c> and <c>RoleBinding runai-researcher</c>.</summary>
internal readonly record struct ChangedResource(string Place, string Text, bool IsSecret = false)
{
    public static ChangedResource At(string path, ExportReport report)
    {
        if (path == SealedFiles.RecipientsPath)
        {
            return new(report.Cluster, "recipients of secrets", IsSecret: true);
        }

        if (SealedFiles.DocumentOf(path) is { } document)
        {
            var (place, text, _) = At(document, report);
            return new(place, $"{(SealedFiles.IsMacs(path) ? "secrets" : "encryption of secrets")} of {text}", IsSecret: true);
        }

        if (HelmReleaseFile.ReleaseOf(path) is { } release)
        {
            return path == HelmReleaseFile.Path(release) ? new("values", $"chart of {release}")
                : path == HelmReleaseFile.ValuesPath(release) ? new("values", $"values of {release}")
                : new(report.Cluster, Visible.Text(path));
        }

        if (!StatePath.TryParse(path, out var parts))
        {
            return new ChangedResource(report.Cluster, Visible.Text(path));
        }

        var plural = ResourceKind.Qualify(parts.Group, parts.Plural);
        var kind = report.KindNames.GetValueOrDefault(plural, plural);
        // A name may hold line breaks, which would end a subject or forge a trailer.
        var name = Visible.Text(parts.Name ?? System.IO.Path.GetFileNameWithoutExtension(path));
        var where = parts is { Group: "", Plural: "namespaces" } ? name : parts.Namespace ?? report.Cluster;
        return new ChangedResource(where, $"{kind} {name}");
    }
}
