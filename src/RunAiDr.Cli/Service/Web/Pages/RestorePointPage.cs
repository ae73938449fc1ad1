using RunAiDr.Core.Text;

namespace RunAiDr.Cli.Service.Web.Pages;

/// <summary>What a restore point would bring back, from where, what is missing, and the command. No target is asked.</summary>
internal static class RestorePointPage
{
    public const string DangersAnchor = "#dangers";

    public static Html Write(RestorePointFacts facts)
    {
        var usable = facts is { Content.Problems.Count: 0, SignatureRefused: false };
        var partly = facts.Content.Snapshots.Any(snapshot => snapshot.Failure is not null);
        var verdict = (usable, partly) switch
        {
            (false, _) => "cannot be restored",
            (_, true) => "can be restored in part",
            _ => "can be restored",
        };
        return $"""
            <h1>Restore point {facts.Reference}: {Words.Mark(usable && !partly, verdict)}</h1>
            <dl><dt>Commit</dt><dd><code class="path">{facts.Commit.Sha}</code></dd><dt>Committed</dt><dd>{Words.Time(facts.CommittedAt)}</dd>
            <dt>Signature</dt><dd>{Signature(facts)}</dd></dl>
            <section aria-labelledby="command"><h2 id="command">How to restore it</h2>
            <pre tabindex="0" role="region" aria-label="Commands"><code>{facts.PlanCommand}
            {facts.Command}</code></pre>
            <p class="quiet">The first only looks at the target cluster; the second writes to it. Run them where <code>runai-dr.yaml</code> names
            this repository, after <code>new=&lt;context&gt;</code> with the target's context in your kubeconfig, or in that of <code>--kubeconfig</code>.{Files(facts.Content)}</p></section>
            {Dangers(facts.Dangers)}{Missing(facts.Content)}
            {Data(facts.Content)}
            <section aria-labelledby="kinds"><h2 id="kinds">What would be restored</h2>
            {Words.Table(Words.Count(facts.Content.Resources, "resource by kind", "resources by kind"), ["Kind", "Resources"], Rows(facts.Content.Kinds))}
            {Words.Table("Resources by namespace", ["Namespace", "Resources"], Rows(facts.Content.Namespaces))}</section>
            """;
    }

    // Where no signatures are wanted, there is nothing to look at.
    private static Html Signature(RestorePointFacts facts) => facts switch
    {
        { SignatureState: "not checked", SignatureRefused: false } => $"{facts.Signature}",
        _ => $"{Words.Mark(facts.SignatureState == "good", facts.SignatureState)} {facts.Signature}",
    };

    private static Html Dangers(IReadOnlyList<DangerFact> dangers) => dangers.Count == 0 ? Html.None : Html.Of(
        $"""
        <section aria-labelledby="dangers"><h2 id="dangers">Dangers that this commit brought</h2>
        <ul>{Html.Each(dangers, found => $"<li>{Words.Mark(false, "danger")} <code>{found.Path}</code>: {found.Danger}</li>")}</ul></section>

        """);

    private static Html Rows(IReadOnlyList<CountFact> counts) => Html.Each(counts, count => $"""<tr><th scope="row">{count.Name}</th><td class="number">{count.Count}</td></tr>""");

    private static Html Files(RestorePointContent content) => content switch
    {
        { TakesIdentity: true, Secrets.Count: > 0 } => $" Put the private key of age and the secrets below into the two files.",
        { TakesIdentity: true } => $" Put the private key of age into the file.",
        { Secrets.Count: > 0 } => $" Put the secrets below into the file.",
        _ => Html.None,
    };

    private static Html Missing(RestorePointContent content)
    {
        var problems = content.Problems.Count == 0
            ? Html.None
            : Html.Of($"<h3>Wrong files</h3><ul>{Html.Each(content.Problems, problem => $"<li>{problem}</li>")}</ul>");
        var data = content.Snapshots.Where(snapshot => snapshot.Failure is not null).ToArray() switch
        {
            [] => Html.None,
            var failed => Html.Of($"<h3>Data that was not saved</h3><ul>{Html.Each(failed, snapshot => $"<li>{Words.Mark(false, snapshot.Component)} {snapshot.Failure}</li>")}</ul>"),
        };
        var encrypted = content.EncryptedSecrets.Count == 0
            ? Html.None
            : Html.Of($"<p>{Words.Count(content.EncryptedSecrets.Count, "secret is", "secrets are")} in the repository, encrypted.</p>");
        Html secrets = content.Secrets.Count switch
        {
            0 => $"<p>No secret has to be supplied.</p>",
            _ => $"""<h3>Secrets to be supplied</h3><ul class="names">{Html.Each(content.Secrets, name => $"<li><code>{name}</code></li>")}</ul>""",
        };
        return $"""<section aria-labelledby="missing"><h2 id="missing">What is missing</h2>{problems}{data}{secrets}{encrypted}</section>""";
    }

    private static Html From(SnapshotFact snapshot) => snapshot.Failure switch
    {
        null => $"{snapshot.Provider}, as of {Words.Time(snapshot.TakenAt)}",
        _ => $"not saved",
    };

    private static Html Data(RestorePointContent content)
    {
        var releases = Html.Each(content.Releases, release => $"""<tr><th scope="row">{release.Name}</th><td>Helm chart {release.Chart} {release.Version}</td><td>{release.Namespace}</td></tr>""");
        var snapshots = Html.Each(content.Snapshots, snapshot =>
            $"""<tr><th scope="row">{snapshot.Component}</th><td>{From(snapshot)}</td><td>{snapshot.Location}</td></tr>""");
        var table = content.Releases.Count + content.Snapshots.Count == 0
            ? Html.Of($"<p>It names neither releases nor snapshots.</p>")
            : Words.Table("Releases and data", ["Part", "From", "Where"], $"{releases}{snapshots}");
        return $"""<section aria-labelledby="sources"><h2 id="sources">From where</h2>{table}</section>""";
    }
}
