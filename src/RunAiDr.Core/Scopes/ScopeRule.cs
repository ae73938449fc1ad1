using System.Collections.Immutable;
using System.IO.Enumeration;
using System.Text.Json;

namespace RunAiDr.Core.Scopes;

/// <summary>What becomes of a resource that a rule matches.</summary>
public enum Treatment
{
    /// <summary>In the state tree, and restored.</summary>
    Export,

    /// <summary>In the state tree for audit and drift, never applied.</summary>
    Compare,

    /// <summary>A Secret: in the state tree without its data, and that beside it where there is somebody to encrypt for.</summary>
    Encrypt,

    /// <summary>A Secret: in the state tree without its data.</summary>
    Reference,

    /// <summary>Not in the state tree, whatever rules come later.</summary>
    Omit,
}

/// <summary>Names of a scope: literal, or with <c>*</c> for any text.</summary>
public sealed record NamePatterns(ImmutableArray<string> Patterns)
{
    public static readonly NamePatterns None = new([]);

    public bool IsEmpty => Patterns.IsEmpty;

    /// <summary>No pattern stands for more than one name.</summary>
    public bool AreLiteral => !Patterns.Any(pattern => pattern.AsSpan().ContainsAny('*', '?'));

    public bool Match(string name)
    {
        foreach (var pattern in Patterns)
        {
            if (FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>The conditions of a rule: all that are given must hold.</summary>
public sealed record ScopeCondition
{
    public static readonly ScopeCondition Everything = new();

    public NamePatterns Namespaces { get; init; } = NamePatterns.None;

    public bool ProjectNamespaces { get; init; }

    public NamePatterns Names { get; init; } = NamePatterns.None;

    /// <summary>Names of the role in <c>roleRef</c>.</summary>
    public NamePatterns Roles { get; init; } = NamePatterns.None;

    public ImmutableArray<LabelSelector> Labels { get; init; } = [];

    /// <summary>Paths with dots; one of them must lead to something that is not empty.</summary>
    public ImmutableArray<string> AnyField { get; init; } = [];

    /// <summary>A binding that is exported names the resource.</summary>
    public bool Referenced { get; init; }

    /// <summary>The values of a release of the scope name the Secret.</summary>
    public bool NamedByValues { get; init; }

    internal bool NarrowsNamespaces => ProjectNamespaces || !Namespaces.IsEmpty;

    internal bool Holds(ResourceHead head, IScopeContext context) =>
        (!NarrowsNamespaces || IsInNamespace(head, context))
        && (Names.IsEmpty || Names.Match(head.Name))
        && (Roles.IsEmpty || (head.RoleName is { } role && Roles.Match(role)))
        && (Labels.IsEmpty || Labels.Any(selector => selector.Matches(head.Labels)))
        && (!Referenced || context.IsReferenced(head))
        && (!NamedByValues || context.IsNamedByValues(head))
        && (AnyField.IsEmpty || HasAnyField(head.Json));

    private bool IsInNamespace(ResourceHead head, IScopeContext context)
    {
        var @namespace = head.IsNamespace ? head.Name : head.Namespace;
        return @namespace is not null
            && ((ProjectNamespaces && context.IsProjectNamespace(@namespace)) || Namespaces.Match(@namespace));
    }

    private bool HasAnyField(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return AnyField.Any(path => IsFilled(root, path));
    }

    private static bool IsFilled(JsonElement element, string path)
    {
        foreach (var segment in path.Split('.'))
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(segment, out element))
            {
                return false;
            }
        }

        return element.ValueKind switch
        {
            JsonValueKind.Null => false,
            JsonValueKind.Object => element.EnumerateObject().Any(),
            JsonValueKind.Array => element.GetArrayLength() > 0,
            _ => true,
        };
    }
}

/// <summary>What a rule leaves out of what it matches: any condition is enough.</summary>
public sealed record ScopeExclusion
{
    public static readonly ScopeExclusion Nothing = new();

    public NamePatterns Names { get; init; } = NamePatterns.None;

    public ImmutableArray<LabelSelector> Labels { get; init; } = [];

    public ImmutableArray<string> Types { get; init; } = [];

    /// <summary>Leaves out what a controller owns.</summary>
    public bool Owned { get; init; }

    internal bool Holds(ResourceHead head) =>
        (!Names.IsEmpty && Names.Match(head.Name))
        || (Owned && head.IsControlled)
        || (head.Type is { } type && Types.Contains(type, StringComparer.Ordinal))
        || Labels.Any(selector => selector.Matches(head.Labels));
}

/// <summary>One rule of a scope: which resources of which kinds, and what becomes of them.</summary>
public sealed record ScopeRule(
    string Name, ImmutableArray<string> Kinds, ScopeCondition Where, ScopeExclusion Exclude, Treatment Treatment)
{
    /// <summary>File and line, for messages.</summary>
    public string Place { get; init; } = "";

    /// <summary>Whether what is taken out of its resources may be encrypted beside them.</summary>
    internal bool KeepsSecrets => Treatment != Treatment.Reference;

    internal bool Matches(ResourceHead head, IScopeContext context) =>
        Where.Holds(head, context) && !Exclude.Holds(head);
}

/// <summary>What a scope must know about the other resources of the cluster to decide about one.</summary>
internal interface IScopeContext
{
    bool IsProjectNamespace(string @namespace);

    bool IsReferenced(ResourceHead head);

    bool IsNamedByValues(ResourceHead head);
}
