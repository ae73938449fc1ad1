using System.Text.Json.Nodes;

namespace RunAiDr.Core.Secrets;

/// <summary>
/// A document without its secrets: a placeholder stands where each stood. What was found leaves here, for whoever
/// encrypts it; who does not, drops it.
/// </summary>
internal sealed record Redaction(JsonNode? Document, IReadOnlyList<FoundSecret> Secrets)
{
    /// <summary>Why, in the order of the document; of what is no secret but nearly is too.</summary>
    public IReadOnlyList<SecretDecision> Decisions { get; init; } = [];
}

/// <summary>
/// A secret and the name of its placeholder, which says where it belongs:
/// <c>values/runai-backend/keycloakx.adminPassword</c>.
/// </summary>
internal sealed record FoundSecret(string Name, SecretText Value);
