using RunAiDr.Core.Resources;
using RunAiDr.Core.Scopes;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Export;

/// <summary>A resource of the scope, and the rule that takes it.</summary>
internal sealed record TakenResource(ResourceHead Head, ScopeRule Rule)
{
    public ResourceKey Key { get; } = Head.Key;

    public string Path { get; } = StatePath.For(Head.Key);
}

/// <summary>The file that a resource makes. <paramref name="Content"/> is null when the tip holds it already.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="Content">The form, and what came up on the way to it.</param>
/// <param name="Known">What the next export may know of it; null when it has to look again.</param>
internal sealed record FormedResource(TakenResource Resource, FormContent? Content, KnownForm? Known);

/// <param name="Redaction">The document, and the secrets that were taken out.</param>
/// <param name="References">Of a binding.</param>
/// <param name="Yaml">The document as it is written.</param>
internal sealed record FormContent(Redaction Redaction, IReadOnlyList<ResourceKey> References, byte[] Yaml);

/// <summary>A resource by its hash, and the Git blob id of its file.</summary>
internal sealed record KnownForm(KnownForms.Hash Resource, string BlobId);
