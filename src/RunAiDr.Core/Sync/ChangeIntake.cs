using System.Buffers;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Scopes;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Core.State;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Core.Sync;

/// <summary>
/// Turns what watches tell into files of the next commit. What changes the meaning of other resources (a namespace that
/// becomes a project, a Helm release, a definition, a reference) is not followed up: it asks for a full reading.
/// </summary>
internal sealed class ChangeIntake(ClusterExporter exporter, IClusterWatcher watcher, SyncIndex index, SyncBatch batch)
{
    private readonly Scope _scope = exporter.Scope;
    private readonly ArrayBufferWriter<byte> _yaml = new(16 * 1024);

    /// <summary>Why the whole cluster has to be read before the next commit; null when it has not.</summary>
    public string? ReadAgain { get; private set; }

    public async Task TakeAsync(ListSelection selection, WatchEvent change, CancellationToken ct)
    {
        var head = ListedItem.HeadOf(selection.Kind, change.Resource);
        if (change.Kind == WatchEventKind.Changed)
        {
            Change(head, change.Revision);
        }
        else if (selection.LabelSelector is null)
        {
            Remove(head, change.Revision);
        }
        else if (await watcher.ReadAsync(selection.Kind, head.Namespace, head.Name, ct) is { } now)
        {
            // It only left this selection by its labels; another rule may hold it still.
            Change(ListedItem.HeadOf(selection.Kind, now), change.Revision);
        }
        else
        {
            Remove(head, change.Revision);
        }
    }

    private void Change(ResourceHead head, string revision)
    {
        if (_scope.ReleaseOf(head) is { } release)
        {
            Read($"Helm release {release.Release} changed", revision);
            return;
        }

        if (head.IsNamespace)
        {
            NoteProject(head, !head.IsTerminating && _scope.IsProject(head.Labels), revision);
        }

        if (head.IsTerminating || _scope.Match(head, index.Context) is not { } rule)
        {
            Drop(head, revision);
            return;
        }

        var path = StatePath.For(head.Key);
        if (index.Collides(path))
        {
            Read($"{head.Key} differs from another resource in case only", revision);
            return;
        }

        NoteDefinition(head, revision);
        NoteTreatment(head, rule.Treatment == Treatment.Compare, revision);
        Write(path, head, rule.KeepsSecrets, revision);
    }

    private void Write(string path, ResourceHead head, bool keepsSecrets, string revision)
    {
        var clean = ListedItem.Clean(head);
        NoteReferences(head, Binding.ReferencesOf(clean), revision);
        var redaction = Redactor.Resource(clean);
        _yaml.ResetWrittenCount();
        YamlWriter.Write(redaction.Document, _yaml);
        var blobId = GitObjectId.OfBlob(_yaml.WrittenSpan);
        if (IsNews(path, blobId))
        {
            batch.Put(new PendingFile(path, blobId, _yaml.WrittenSpan.ToArray(), head.LastManager), revision);
        }

        WriteMacs(SealedFiles.MacsPathOf(path), keepsSecrets ? redaction.Secrets : [], head.LastManager, revision);
    }

    private void WriteMacs(string path, IReadOnlyList<FoundSecret> secrets, string? manager, string revision)
    {
        var file = PendingFile.Gone(path);
        if (secrets.Count > 0 && exporter.Sealing is { } sealing)
        {
            var macs = SealedFiles.Macs(SecretEncryption.ByName(secrets), sealing.Mac);
            file = new PendingFile(path, GitObjectId.OfBlob(macs), macs, manager) { Secrets = secrets };
        }

        if (IsNews(path, file.BlobId))
        {
            batch.Put(file, revision);
        }
    }

    private bool IsNews(string path, string? blobId) => batch.Holds(path) || blobId != index.BlobIdOf(path);

    private void Remove(ResourceHead head, string revision)
    {
        if (_scope.ReleaseOf(head) is { } release)
        {
            Read($"a revision of Helm release {release.Release} was deleted", revision);
        }

        if (head.IsNamespace)
        {
            NoteProject(head, isProject: false, revision);
        }

        Drop(head, revision);
    }

    private void Drop(ResourceHead head, string revision)
    {
        var path = StatePath.For(head.Key);
        if (!IsNews(path, blobId: null))
        {
            return;
        }

        NoteDefinition(head, revision);
        NoteTreatment(head, isCompared: false, revision);
        NoteReferences(head, [], revision);
        batch.Put(PendingFile.Gone(path), revision);
        WriteMacs(SealedFiles.MacsPathOf(path), [], null, revision);
    }

    private void NoteProject(ResourceHead head, bool isProject, string revision)
    {
        if (isProject != index.Context.IsProjectNamespace(head.Name))
        {
            Read($"namespace {head.Name} is {(isProject ? "now" : "no longer")} that of a project", revision);
        }
    }

    private void NoteDefinition(ResourceHead head, string revision)
    {
        if (head.Kind.QualifiedName == KnownKinds.Definition.QualifiedName)
        {
            Read($"custom resource definition {head.Name} changed", revision);
        }
    }

    // Single resources that are only compared are listed in restore-point.yaml.
    private void NoteTreatment(ResourceHead head, bool isCompared, string revision)
    {
        var key = head.Key;
        if (!index.Report.CompareOnly.Contains(key.QualifiedName, StringComparer.Ordinal)
            && isCompared != index.Report.CompareOnly.Contains(RestorePointInfo.CompareOnlyEntry(key), StringComparer.Ordinal))
        {
            Read($"{key} is {(isCompared ? "now" : "no longer")} for comparison only", revision);
        }
    }

    private void NoteReferences(ResourceHead head, IReadOnlyList<ResourceKey> references, string revision)
    {
        if (index.Context.NoteReferences(head.Key, references))
        {
            Read($"{head.Key} refers to other roles or service accounts", revision);
        }
    }

    private void Read(string reason, string revision)
    {
        ReadAgain ??= Visible.Text(reason);
        batch.Touch(revision);
    }
}
