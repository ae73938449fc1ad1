using System.Collections.Immutable;
using RunAiDr.Core.Helm;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Runbook;
using RunAiDr.Core.Scopes;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.State;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Core.Export;

/// <summary>One reading of the whole cut: items come in, files go out, and nothing but names is held back.</summary>
internal sealed class ExportPass
{
    private const int AtOnce = 128; // enough for every processor, and little memory

    private readonly Scope _scope;
    private readonly SecretRules _rules;
    private readonly KnownForms? _known;
    private readonly StateFiles _files;
    private readonly ResourceFormer _former;
    private readonly SecretSealer? _sealer;
    private readonly Action<ResourceHead, ScopeDecision>? _decided;
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _terminating = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _placeholders = new(StringComparer.Ordinal);
    private readonly List<SecretDecision> _decisions = [];
    private readonly SortedSet<string> _compareOnly;
    private readonly Dictionary<string, string> _managers = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _kindNames = new(StringComparer.Ordinal);
    private readonly Dictionary<HelmReleaseScope, HelmRevisions> _releases = [];
    private readonly RunbookNotes _runbook = new();
    private readonly List<string> _warnings = [];
    private string _revision = "";
    private bool _knowsNames;

    /// <param name="exporter">Scope, rules and readers of secrets.</param>
    /// <param name="known">The forms of the last export, to be told those of this one; null where nothing is kept of it.</param>
    /// <param name="sink">Takes the files.</param>
    /// <param name="tip">The restore point before this one; null when there is none.</param>
    public ExportPass(ClusterExporter exporter, KnownForms? known, IStateSink sink, IStateTree? tip)
    {
        (_scope, _rules, _known, _decided) = (exporter.Scope, exporter.Rules, known, exporter.Decided);
        (_files, _former) = (new StateFiles(sink), new ResourceFormer(exporter.Rules, known, sink));
        _sealer = exporter.Sealing is null ? null : new SecretSealer(exporter.Sealing, tip, _files);
        _compareOnly = new(_scope.CompareOnlyKinds, StringComparer.Ordinal);
    }

    /// <summary>The kinds of the scope that the server does not serve, as <see cref="ExportReport.LackingKinds"/>.</summary>
    public required IReadOnlyList<string> Lacking { get; init; }

    /// <summary>What the cut has shown so far of projects and references.</summary>
    public ExportContext Context { get; } = new();

    public void Take(CutPage page)
    {
        _revision = page.Revision;
        var kind = page.Selection.Kind;
        _kindNames[kind.QualifiedName] = kind.Kind;
        foreach (var items in page.Items.Chunk(AtOnce))
        {
            var heads = ResourceFormer.Each(items, item => ListedItem.HeadOf(kind, item));
            var taken = heads.Select(Taken).OfType<TakenResource>().ToArray();
            foreach (var formed in _former.Form(taken))
            {
                Write(formed);
            }
        }
    }

    public async Task<ExportReport> FinishAsync(string cluster, ClusterIdentity identity, CancellationToken ct)
    {
        var charts = _scope.Releases.Select(WriteRelease).OfType<HelmRelease>().ToImmutableSortedDictionary(
            release => release.Name, release => release.ChartVersion, StringComparer.Ordinal);
        var info = new RestorePointInfo(
            cluster, identity.Uid, identity.Version, identity.Distribution, charts, _scope.Digest,
            _compareOnly.ToImmutableSortedSet(StringComparer.Ordinal));
        _files.Put(RestorePointInfo.Path, RestorePointInfo.Path, info.ToBytes());
        _files.Put(RunbookPage.Path, RunbookPage.Path, RunbookPage.Of(_runbook.Finish(info, Readers())));
        if (_sealer is not null)
        {
            await _sealer.FinishAsync(ct);
        }

        return new ExportReport
        {
            Cluster = cluster,
            Info = info,
            Revision = _revision,
            Counts = _counts,
            LackingKinds = Lacking,
            Terminating = [.. _terminating],
            Placeholders = [.. _placeholders],
            SecretDecisions = [.. _decisions.OrderBy(decision => decision.Document, StringComparer.Ordinal)],
            CompareOnly = [.. _compareOnly],
            Warnings = _warnings,
            LastManagers = _managers,
            KindNames = _kindNames,
            Encryption = _sealer?.Cipher is { } cipher
                ? new EncryptionReport(_sealer.Names.Count, cipher.Recipients.Count, _sealer.Changed)
                : null,
        };
    }

    private SecretReaders? Readers() => _sealer?.Cipher is { } cipher ? new(cipher.Extension, _sealer.Names) : null;

    /// <summary>The resource when it is to be exported.</summary>
    private TakenResource? Taken(ResourceHead head)
    {
        if (_scope.ReleaseOf(head) is { } release)
        {
            Offer(release, head);
        }
        else if (head.Kind is { Group: "", Plural: "secrets" } && !_knowsNames)
        {
            NoteNames();
        }

        if (head.Kind.QualifiedName == KnownKinds.Definition.QualifiedName && Lacking.Contains(head.Name, StringComparer.Ordinal))
        {
            RefuseIfEstablished(head);
        }

        if (head.IsNamespace && !head.IsTerminating && _scope.IsProject(head.Labels))
        {
            Context.AddProjectNamespace(head.Name);
        }

        var decision = _scope.Decide(head, Context);
        _decided?.Invoke(head, decision);
        if (decision.Taking is not { } rule)
        {
            return null;
        }

        if (!head.IsTerminating)
        {
            return new TakenResource(head, rule);
        }

        _terminating.Add(head.Key.ToString());
        return null;
    }

    // An API server that has just been started knows its definitions before it serves them: what is of their kinds is not gone.
    private static void RefuseIfEstablished(ResourceHead head)
    {
        var definition = ListedItem.BodyOf(head);
        var isEstablished = (definition.Map("status") ?? []).Maps("conditions")
            .Any(condition => condition.Text("type") == "Established" && condition.Text("status") == "True");
        if (isEstablished && !head.IsTerminating && (definition.Map("spec") ?? []).Maps("versions").Any(version => version.IsTrue("served")))
        {
            throw new RunAiDrException(
                Fault.ClusterUnreachable,
                $"The API server has the definition of {head.Name}, but does not serve it yet.",
                "Wait until `kubectl get --raw /readyz` says ok, then try again.");
        }
    }

    private void Offer(HelmReleaseScope release, ResourceHead head)
    {
        if (!_releases.TryGetValue(release, out var revisions))
        {
            _releases[release] = revisions = new HelmRevisions();
        }

        revisions.Offer(head.Labels, head.Json, head.Key.ToString());
    }

    // The releases came first.
    private void NoteNames()
    {
        _knowsNames = true;
        foreach (var release in _scope.AsksForNamesInValues ? _releases.Values.Select(revisions => revisions.Best()).OfType<HelmRelease>() : [])
        {
            Context.AddNamedByValues(release.Namespace, Settings.Secrets(release.Values));
        }
    }

    private void Write(FormedResource formed)
    {
        var ((head, rule), key, path) = (formed.Resource, formed.Resource.Key, formed.Resource.Path);
        if (_files.Has(path))
        {
            return; // two list requests of the scope both brought it
        }

        if (formed.Content is { } content)
        {
            if (content.References.Count > 0)
            {
                Context.NoteReferences(key, content.References);
            }

            Put(path, key.ToString(), content.Redaction, content.Yaml, rule.KeepsSecrets);
        }
        else
        {
            _files.Keep(path, key.ToString());
        }

        if (formed.Known is { } known)
        {
            _known?.Note(known);
        }

        _runbook.Resource(
            key, formed.Content?.Redaction, rule.Treatment == Treatment.Compare, head.IsNamespace && Context.IsProjectNamespace(head.Name));
        Count(formed.Resource);
    }

    private void Count(TakenResource resource)
    {
        var ((head, rule), key, path) = (resource, resource.Key, resource.Path);
        _counts[key.QualifiedName] = _counts.GetValueOrDefault(key.QualifiedName) + 1;
        if (head.LastManager is { } manager)
        {
            _managers[path] = string.Intern(manager);
        }

        if (rule.Treatment == Treatment.Compare && !_compareOnly.Contains(key.QualifiedName))
        {
            _compareOnly.Add(RestorePointInfo.CompareOnlyEntry(key));
        }
    }

    private HelmRelease? WriteRelease(HelmReleaseScope scoped)
    {
        if (_releases.GetValueOrDefault(scoped)?.Best() is not { } release)
        {
            _warnings.Add(
                $"Helm release {scoped.Release} is not in namespace {scoped.Namespace}: its values are not exported.");
            return null;
        }

        if (release.Status != HelmRelease.Deployed)
        {
            _warnings.Add(
                $"Helm release {scoped.Release} has no deployed revision: the values are those of revision "
                + $"{release.Revision}, which is {release.Status}.");
        }

        var path = HelmReleaseFile.ValuesPath(scoped.Release);
        var document = Path.ChangeExtension(path, null);
        var redaction = Redactor.Values(release.Values, document, _rules.For(release.Chart, release.ChartVersion));
        Put(path, $"values of {scoped.Release}", redaction, YamlWriter.ToBytes(redaction.Document), keepsSecrets: true);
        _files.Put(HelmReleaseFile.Path(scoped.Release), $"release {scoped.Release}", YamlWriter.ToBytes(HelmReleaseFile.Of(release)));
        _runbook.Release(release);
        return release;
    }

    private void Put(string path, string what, Redaction redaction, byte[] yaml, bool keepsSecrets)
    {
        _decisions.AddRange(redaction.Decisions);
        foreach (var secret in redaction.Secrets)
        {
            _placeholders.Add(secret.Name);
        }

        _files.Put(path, what, yaml);
        if (keepsSecrets && redaction.Secrets.Count > 0)
        {
            _sealer?.Add(path, what, redaction.Secrets);
        }
    }
}
