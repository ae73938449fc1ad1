using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox.Apply;
using RunAiDr.Sandbox.Schemas;

namespace RunAiDr.Sandbox.Kinds;

/// <summary>One served resource in one version and how the server treats it.</summary>
internal sealed record ResourceType(ResourceKind Kind)
{
    private static readonly string[] AllVerbs =
        ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    private KindRules? _rules;

    public string Singular { get; init; } = Kind.Kind.ToLowerInvariant();

    public string ListKind { get; init; } = Kind.Kind + "List";

    public string[] ShortNames { get; init; } = [];

    public string[] Categories { get; init; } = [];

    public string[] Verbs { get; init; } = AllVerbs;

    /// <summary><c>status</c>, <c>scale</c>, <c>finalize</c>, <c>token</c>.</summary>
    public string[] Subresources { get; init; } = [];

    public KindTraits Traits { get; init; }

    /// <summary>The <c>openAPIV3Schema</c> of a custom resource's version; null for built-in kinds.</summary>
    public JsonObject? Schema { get; init; }

    public JsonArray? PrinterColumns { get; init; }

    /// <summary>The version its objects are stored in; differs from the served one for custom resources only.</summary>
    public string StorageVersion { get; init; } = Kind.Version;

    /// <summary>Name of the CRD that defines it; null for built-in kinds.</summary>
    public string? Definition { get; init; }

    public bool IsCustom => Definition is not null;

    /// <summary>What its objects are stored under, whatever the version.</summary>
    public string Storage => Kind.QualifiedName;

    /// <summary>How writes treat its objects.</summary>
    public KindRules Rules => _rules ??= IsCustom
        ? new KindRules(Kind, CustomTypes.Of(Schema), Schema, HasStatus, IsCustom: true)
        : KindRules.BuiltIn(Kind) with { HasStatus = HasStatus };

    public bool Has(KindTraits trait) => (Traits & trait) != KindTraits.None;

    public bool HasStatus => Subresources.Contains("status", StringComparer.Ordinal);
}

/// <summary>Ways in which kinds differ.</summary>
[Flags]
internal enum KindTraits
{
    None = 0,

    /// <summary>PUT to a missing object creates it.</summary>
    CreateOnUpdate = 1,

    /// <summary>PUT must say which resourceVersion it replaces.</summary>
    NeedsVersionOnUpdate = 2,

    /// <summary>DELETE answers the object and not a Status.</summary>
    DeleteAnswersObject = 4,

    /// <summary><c>metadata.generation</c> counts changes of everything but metadata and status.</summary>
    Generation = 8,

    /// <summary>Any name that is a path segment is allowed.</summary>
    PathName = 16,

    /// <summary>Created only, never stored.</summary>
    Review = 32,
}
