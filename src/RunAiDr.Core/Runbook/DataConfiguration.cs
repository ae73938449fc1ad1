namespace RunAiDr.Core.Runbook;

/// <summary>
/// The part of the configuration that says how database, metrics and dumps are reached. What the export knows is set;
/// the checkpoint may want one of the alternatives.
/// </summary>
internal static class DataConfiguration
{
    public static IEnumerable<string> Lines(RunbookFacts facts)
    {
        var (release, ns) = (facts.ControlPlane?.Release ?? "runai-backend", facts.ControlPlane?.Namespace ?? "runai-backend");
        var own = facts.Settings.ExternalDatabase;
        var server = $"host: {Markdown.Scalar(string.IsNullOrEmpty(own) ? "<host>" : own)}, user: \"<user>\", passwordFile: \"<file>\"";
        return
        [
            $"release: {{name: {Markdown.Scalar(release)}, namespace: {Markdown.Scalar(ns)}}}",
            "# One `database`, with the provider that snapshots/database.yaml of the checkpoint names:",
            .. Choice(
                isOwn: own is not null,
                "database: {provider: csi}",
                "database: {provider: pgdump}",
                $"database: {{provider: pgdump, {server}}}",
                $"database: {{provider: external, {server}}}"),
            "# For pgdump, where the dumps are, and the private key where they are encrypted:",
            "# dumps: {directory: \"<folder>\", identityFile: \"<file>\"}",
            "# dumps: {s3: {bucket: \"<bucket>\", endpoint: \"https://s3.example.org\", accessKeyFile: \"<file>\", secretKeyFile: \"<file>\"}, identityFile: \"<file>\"}",
            .. Metrics(facts),
        ];
    }

    // The likeliest is set, so that the file is whole before anybody has looked into the checkpoint.
    private static IEnumerable<string> Choice(bool isOwn, string csi, string dump, string dumpOfOwn, string external) => isOwn
        ? [external, $"# {dumpOfOwn}"]
        : [csi, $"# {dump}", $"# {dumpOfOwn}", $"# {external}"];

    // OpenShift keeps them in its own monitoring.
    private static IEnumerable<string> Metrics(RunbookFacts facts) => facts.IsOpenShift ? [] : ["metrics: {provider: csi}"];
}
