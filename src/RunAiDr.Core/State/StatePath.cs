using System.Diagnostics.CodeAnalysis;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.State;

/// <summary>
/// Where a resource stands in a state tree: a function of its key, no two keys at one path, and the key can be read
/// off the path unless the name was too long for a file name and had to be cut. Paths are plain ASCII.
/// </summary>
internal static class StatePath
{
    private const string Extension = ".yaml";
    private const string TemplateNamespace = "runai";
    private const string RbacGroup = KnownKinds.Rbac;
    private const string RoleBindings = "rolebindings";

    public static string For(ResourceKey key)
    {
        if (key.Namespace is null)
        {
            return key is { Group: "", Plural: "namespaces" }
                ? $"namespaces/{PathSegment.Encode(key.Name)}/namespace.yaml"
                : $"cluster/{FolderOf(key)}/{PathSegment.FileName(key.Name, Extension)}";
        }

        var file = PathSegment.FileName(key.Name, Extension);
        return key is { Group: "", Plural: "configmaps", Namespace: TemplateNamespace }
            ? $"templates/{file}"
            : $"namespaces/{PathSegment.Encode(key.Namespace)}/{FolderOf(key)}/{file}";
    }

    /// <summary>Reads a path back; false when it is not the path that <see cref="For"/> gives to any resource.</summary>
    public static bool TryParse(string path, [NotNullWhen(true)] out StatePathParts? parts)
    {
        parts = path.Split('/') switch
        {
            ["templates", var file] => Parse("", "configmaps", TemplateNamespace, file),
            ["namespaces", var name, "namespace.yaml"] when PathSegment.Decode(name) is { } decoded =>
                new("", "namespaces", null, decoded),
            ["namespaces", var name, RoleBindings, var file] when PathSegment.Decode(name) is { } decoded =>
                Parse(RbacGroup, RoleBindings, decoded, file),
            ["namespaces", var name, var folder, var file]
                when PathSegment.Decode(name) is { } decoded && KindOf(folder) is var (group, plural) =>
                Parse(group, plural, decoded, file),
            ["cluster", var folder, var file] when KindOf(folder) is var (group, plural) =>
                Parse(group, plural, null, file),
            _ => null,
        };

        // Only one spelling of each path counts, so that two files cannot claim to be one resource.
        if (parts is not null && !parts.IsAt(path))
        {
            parts = null;
        }

        return parts is not null;
    }

    /// <summary>The namespace that a file belongs to, or null for what belongs to the whole cluster.</summary>
    public static string? NamespaceOf(string path) => TryParse(path, out var parts)
        ? parts is { Group: "", Plural: "namespaces" } ? parts.Name : parts.Namespace
        : null;

    /// <summary>A form in which two paths are equal when a file system that ignores case cannot hold both.</summary>
    public static string FoldsTo(string path) => path.ToUpperInvariant();

    private static StatePathParts? Parse(string group, string plural, string? @namespace, string file)
    {
        if (!file.EndsWith(Extension, StringComparison.Ordinal))
        {
            return null;
        }

        var stem = file[..^Extension.Length];
        if (PathSegment.IsCut(stem))
        {
            return new(group, plural, @namespace, null);
        }

        return PathSegment.Decode(stem) is { } name ? new(group, plural, @namespace, name) : null;
    }

    /// <summary>The folder of a kind; role bindings, which people read most, go without their group.</summary>
    internal static string FolderOf(ResourceKey key) => key switch
    {
        { Group: RbacGroup, Plural: RoleBindings, Namespace: not null } => RoleBindings,
        { Group: "", Plural: RoleBindings, Namespace: not null } => $"{RoleBindings}.",
        _ when key.Group.Length == 0 => PluralOf(key),
        _ => $"{PluralOf(key)}.{PathSegment.Encode(key.Group)}",
    };

    private static string PluralOf(ResourceKey key) =>
        PathSegment.Encode(key.Plural).Replace(".", "%2E", StringComparison.Ordinal);

    private static (string Group, string Plural)? KindOf(string folder)
    {
        var dot = folder.IndexOf('.', StringComparison.Ordinal);
        var group = dot < 0 || dot == folder.Length - 1 ? "" : PathSegment.Decode(folder[(dot + 1)..]);
        var plural = PathSegment.Decode(dot < 0 ? folder : folder[..dot]);
        return group is null || plural is null ? null : (group, plural);
    }
}

/// <summary>
/// What a path says about its resource. <paramref name="Name"/> is null when the file name was cut: the file has it.
/// </summary>
internal sealed record StatePathParts(string Group, string Plural, string? Namespace, string? Name)
{
    /// <summary>Whether a resource with these parts, with any name where it was cut, stands at the path.</summary>
    internal bool IsAt(string path)
    {
        if (Name is not null)
        {
            return StatePath.For(new ResourceKey(Group, Plural, Namespace, Name)) == path;
        }

        var folder = StatePath.For(new ResourceKey(Group, Plural, Namespace, "x"));
        return path.StartsWith(folder[..(folder.LastIndexOf('/') + 1)], StringComparison.Ordinal);
    }
}
