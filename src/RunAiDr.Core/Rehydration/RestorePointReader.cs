using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Core.Rehydration;

/// <summary>Reads a state tree for restoring. Everything in a commit is untrusted: people edit and merge it.</summary>
public static class RestorePointReader
{
    private const long LargestFile = 4 * 1024 * 1024;

    /// <summary>Reads every file. What is wrong with one is a <see cref="RestorePointProblem"/>, never an exception.</summary>
    public static RestorePoint Read(IStateTree tree)
    {
        var problems = new List<RestorePointProblem>();
        var files = new List<RestorableResource>();
        var notHandled = new List<string>();
        var compareOnly = ReadHeader(tree, problems);
        foreach (var file in tree.Files)
        {
            var place = StateFolder.Of(file.Path);
            if (place is StateFolder.NotHandled)
            {
                notHandled.Add(file.Path);
            }
            else if (place is StateFolder.ForResources folder)
            {
                ReadResource(tree, file, folder, files, problems);
            }
            else if (place is null)
            {
                problems.Add(new(file.Path, "is no file that an export writes", "Remove it from the cluster's folder."));
            }
        }

        problems.AddRange(Duplicates(files));
        return new RestorePoint(tree.Id, tree.CommittedAt, compareOnly, files, notHandled, problems);
    }

    private static IReadOnlySet<string> ReadHeader(IStateTree tree, List<RestorePointProblem> problems)
    {
        try
        {
            return RestorePointHeader.Read(tree).CompareOnly;
        }
        catch (RunAiDrException fault)
        {
            problems.Add(new(RestorePointHeader.Path, fault.Message, fault.Remedy));
            return new HashSet<string>(StringComparer.Ordinal);
        }
    }

    private static void ReadResource(
        IStateTree tree,
        StateFile file,
        StateFolder.ForResources folder,
        List<RestorableResource> files,
        List<RestorePointProblem> problems)
    {
        try
        {
            var body = ReadBody(tree, file);
            var resource = new Resource(KindOf(body, folder), body);
            if (Mismatch(resource, folder, file.Path) is { } mismatch)
            {
                problems.Add(new(file.Path, mismatch, "Undo the edit, or move the file where it belongs."));
                return;
            }

            files.Add(new RestorableResource(file.Path, resource));
        }
        catch (RunAiDrException fault)
        {
            problems.Add(new(file.Path, fault.Message, fault.Remedy));
        }
    }

    private static JsonObject ReadBody(IStateTree tree, StateFile file)
    {
        if (!file.IsRegular)
        {
            throw Bad("is a symbolic link or a submodule, not a file", "Replace it by the file itself.");
        }

        if (file.Size > LargestFile)
        {
            throw Bad($"has {file.Size} bytes; no Kubernetes object is larger than {LargestFile}", "Undo the edit.");
        }

        var content = tree.Read(file.Path) ?? throw Bad("is listed but cannot be read", "Check the repository: git fsck.");
        return YamlReader.Read(content, file.Path, Fault.RestorePoint) as JsonObject
            ?? throw Bad("holds no Kubernetes object", "Undo the edit.");
    }

    private static ResourceKind KindOf(JsonObject body, StateFolder.ForResources folder)
    {
        var apiVersion = body.Text("apiVersion") ?? throw Bad("has no apiVersion", "Undo the edit.");
        var kind = body.Text("kind") ?? throw Bad("has no kind", "Undo the edit.");
        if (string.IsNullOrEmpty(body.Object("metadata")?.Text("name")))
        {
            throw Bad("has no metadata.name", "Undo the edit.");
        }

        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        var group = slash < 0 ? "" : apiVersion[..slash];
        return new ResourceKind(group, apiVersion[(slash + 1)..], kind, folder.Plural, folder.Namespace is not null);
    }

    private static string? Mismatch(Resource resource, StateFolder.ForResources folder, string path)
    {
        var kind = resource.Kind;
        if (kind.Group != folder.Group)
        {
            return $"has apiVersion {kind.ApiVersion}, but lies in a folder of {folder.QualifiedName}";
        }

        if (IsBuiltIn(kind.Group) && !IsPluralOf(kind.Plural, kind.Kind))
        {
            return $"has kind {kind.Kind}, but lies in a folder of {folder.QualifiedName}";
        }

        if (resource.Metadata.Text("namespace") != folder.Namespace)
        {
            return $"has namespace {resource.Metadata.Text("namespace") ?? "(none)"}, "
                + $"but lies in the folder of {folder.Namespace ?? "cluster-scoped resources"}";
        }

        return StatePath.For(resource.Key) == path
            ? null
            : $"is {resource.Key}, which belongs in {StatePath.For(resource.Key)}";
    }

    private static IEnumerable<RestorePointProblem> Duplicates(IEnumerable<RestorableResource> files) =>
        from file in files
        group file by file.Resource.Key into same
        where same.Skip(1).Any()
        select new RestorePointProblem(
            same.Last().Path, $"holds {same.Key} again, after {same.First().Path}", "Remove one of the two files.");

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

    private static RunAiDrException Bad(string message, string remedy) => new(Fault.RestorePoint, message, remedy);
}
