using System.Text.Json.Nodes;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Runbook;
using RunAiDr.Core.State;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Core.Rehydration;

/// <summary>Reads a state tree for restoring. Everything in a commit is untrusted: people edit and merge it.</summary>
internal static class RestorePointReader
{
    private const string UndoEdit = "Undo the edit of this file.";
    private const long MostBytes = 512 * 1024 * 1024;

    private static readonly Dictionary<string, int> NoCounts = [];

    private static readonly string[] NotRestored = [StateFolder.Values, StateFolder.Snapshots, StateFolder.Secrets];

    /// <summary>Reads every file. What is wrong with one is a <see cref="RestorePointProblem"/>, never an exception.</summary>
    public static RestorePoint Read(IStateTree tree)
    {
        if (TooMuch(tree) is { } tooMuch)
        {
            return new RestorePoint(tree.Id, tree.CommittedAt, null, [], [], [tooMuch]);
        }

        var (info, infoProblem) = Tried(() => ReadInfo(tree), RestorePointInfo.Path);
        var found = Found(tree, file => file);
        var files = found.Select(file => file.Result?.Resource).OfType<RestorableResource>().ToList();
        var parts = SavedParts.In(tree);
        return new RestorePoint(
            tree.Id,
            tree.CommittedAt,
            info,
            files,
            [.. found.Select(file => file.Result?.NotHandled).OfType<string>()],
            [.. found.Select(file => file.Problem).Prepend(infoProblem).OfType<RestorePointProblem>(), .. Duplicates(files), .. parts.Problems])
        {
            Releases = parts.Releases,
            Snapshots = parts.Snapshots,
        };
    }

    /// <summary>As <see cref="Read"/>, one file after the other: there are no duplicates, as each file has the path of its key.</summary>
    public static RestorePointSummary Summarize(IStateTree tree)
    {
        if (TooMuch(tree) is { } tooMuch)
        {
            return new RestorePointSummary(0, NoCounts, NoCounts, 0, [], [tooMuch]);
        }

        var (info, infoProblem) = Tried(() => ReadInfo(tree), RestorePointInfo.Path);
        var found = Found(tree, file => file.Resource is { } read ? Facts(read.Resource, info) : null);
        var resources = found.Select(file => file.Result).OfType<ResourceFacts>().ToList();
        var parts = SavedParts.In(tree);
        return new RestorePointSummary(
            resources.Count,
            Counts(resources.Select(facts => facts.Kind)),
            Counts(resources.Select(facts => facts.Namespace)),
            resources.Count(facts => facts.Namespace is null),
            [
                .. resources.SelectMany(facts => facts.Secrets).Concat(parts.Releases.SelectMany(release => SecretFilling.NamesIn(release.Values)))
                    .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
            ],
            [.. found.Select(file => file.Problem).Prepend(infoProblem).OfType<RestorePointProblem>(), .. parts.Problems])
        {
            Releases = parts.Releases,
            Snapshots = parts.Snapshots,
        };
    }

    // Parsing YAML is most of the time that a plan takes.
    private static List<(T? Result, RestorePointProblem? Problem)> Found<T>(IStateTree tree, Func<FoundFile, T?> keep)
        where T : class =>
        [
            .. tree.Files
                .Where(file => file.Path is not (RestorePointInfo.Path or RunbookPage.Path))
                .AsParallel().AsOrdered()
                .Select(file => Tried(() => keep(Find(tree, file)), file.Path)),
        ];

    private static ResourceFacts Facts(Resource resource, RestorePointInfo? info) => new(
        resource.Key.QualifiedName,
        resource.Key.Namespace,
        RestorePoint.IsCompareOnly(resource, info) ? [] : [.. SecretFilling.NamesIn(resource.Body)]);

    private static Dictionary<string, int> Counts(IEnumerable<string?> names) =>
        names.OfType<string>().CountBy(name => name, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);

    // Read, it takes some ten times that memory.
    private static RestorePointProblem? TooMuch(IStateTree tree)
    {
        var bytes = tree.Files.Sum(file => file.Size);
        return bytes <= MostBytes ? null : new RestorePointProblem(
            RestorePointInfo.Path,
            $"{tree.Files.Count()} files hold {bytes} bytes; a restore point has at most {MostBytes}",
            "Choose another commit, or undo the one that brought the large files.");
    }

    internal static (T? Result, RestorePointProblem? Problem) Tried<T>(Func<T?> read, string path)
        where T : class
    {
        try
        {
            return (read(), null);
        }
        catch (RunAiDrException fault)
        {
            return (null, new(path, fault.Message, fault.Remedy));
        }
    }

    private static FoundFile Find(IStateTree tree, StateFile file)
    {
        if (NotRestored.Any(folder => file.Path.StartsWith(folder, StringComparison.Ordinal)))
        {
            return new(null, NotHandled: file.Path);
        }

        return StatePath.TryParse(file.Path, out var place)
            ? new(ReadResource(tree, file, place), NotHandled: null)
            : throw Bad(file.Path, "is no file that an export writes", "Remove it from the cluster's folder.");
    }

    private static RestorePointInfo ReadInfo(IStateTree tree)
    {
        var content = tree.Read(RestorePointInfo.Path)
            ?? throw Bad(RestorePointInfo.Path, "is not there", "Choose a commit that holds a complete export.");
        return RestorePointInfo.Parse(content, RestorePointInfo.Path);
    }

    private static RestorableResource ReadResource(IStateTree tree, StateFile file, StatePathParts place)
    {
        var document = YamlReader.ReadDocument(Content(tree, file), file.Path, Fault.RestorePoint);
        var body = document.Root as JsonObject ?? throw Bad(file.Path, "holds no Kubernetes object", UndoEdit);
        var resource = new Resource(KindOf(body, place, file.Path), body);
        if (Mismatch(resource, place, file.Path) is var (pointer, what))
        {
            throw Bad($"{file.Path}:{document.Locate(pointer).Line}", what, "Undo the edit, or move the file.");
        }

        ForeignPlaceholders.Refuse(document, file.Path);

        return new RestorableResource(file.Path, resource);
    }

    internal static byte[] Content(IStateTree tree, StateFile file)
    {
        if (!file.IsRegular)
        {
            throw Bad(file.Path, "is a symbolic link or a submodule, not a file", "Replace it by the file itself.");
        }

        return file.Size > StateFile.MostBytes
            ? throw Bad(file.Path, $"has {file.Size} bytes; no Kubernetes object is larger than {StateFile.MostBytes}", UndoEdit)
            : tree.Read(file.Path)
                ?? throw Bad(file.Path, "is listed but cannot be read", "Check the repository: git fsck.");
    }

    private static ResourceKind KindOf(JsonObject body, StatePathParts place, string path)
    {
        var apiVersion = body.Text("apiVersion") ?? throw Bad(path, "has no apiVersion", UndoEdit);
        var kind = body.Text("kind") ?? throw Bad(path, "has no kind", UndoEdit);
        if (string.IsNullOrEmpty(body.Map("metadata")?.Text("name")))
        {
            throw Bad(path, "has no metadata.name", UndoEdit);
        }

        var (group, version) = ResourceKind.Split(apiVersion);
        return new ResourceKind(group, version, kind, place.Plural, place.Namespace is not null);
    }

    /// <summary>The field that does not fit the path, as a JSON pointer, and how; null when all fit.</summary>
    private static (string Pointer, string What)? Mismatch(Resource resource, StatePathParts place, string path)
    {
        var kind = resource.Kind;
        var folder = ResourceKind.Qualify(place.Group, place.Plural);
        if (kind.Group != place.Group)
        {
            return ("/apiVersion", $"has apiVersion {kind.ApiVersion} in a folder of {folder}");
        }

        if (IsBuiltIn(kind.Group) && !IsPluralOf(kind.Plural, kind.Kind))
        {
            return ("/kind", $"has kind {kind.Kind} in a folder of {folder}");
        }

        var found = resource.Metadata.Text("namespace");
        if (found != place.Namespace)
        {
            return (
                "/metadata/namespace", $"has namespace {found ?? "(none)"}, its path {place.Namespace ?? "(none)"}");
        }

        return StatePath.For(resource.Key) == path
            ? null
            : ("/metadata/name", $"is {resource.Key}, which belongs in {StatePath.For(resource.Key)}");
    }

    private static IEnumerable<RestorePointProblem> Duplicates(IEnumerable<RestorableResource> files) =>
        from file in files
        group file by file.Resource.Key into same
        where same.Skip(1).Any()
        select new RestorePointProblem(
            same.Last().Path,
            $"{same.Last().Path}: holds {same.Key} again, after {same.First().Path}",
            "Remove one of the two files.");

    private static bool IsBuiltIn(string group) =>
        !group.Contains('.', StringComparison.Ordinal)
        || (group.EndsWith(".k8s.io", StringComparison.Ordinal) && group != "snapshot.storage.k8s.io");

    // The rule by which Kubernetes named its own plurals; plurals of custom resources are free and left to the server.
    private static bool IsPluralOf(string plural, string kind)
    {
        var singular = kind.ToLowerInvariant();
        return plural == singular
            || plural == singular + "s"
            || plural == singular + "es"
            || (singular.EndsWith('y') && plural == singular[..^1] + "ies");
    }

    internal static RunAiDrException Bad(string where, string what, string remedy) =>
        new(Fault.RestorePoint, $"{where}: {what}", remedy);

    private sealed record FoundFile(RestorableResource? Resource, string? NotHandled);

    private sealed record ResourceFacts(string Kind, string? Namespace, IReadOnlyList<string> Secrets);
}
