using System.Text.Json;
using System.Text.Json.Nodes;

namespace RunAiDr.Cluster.Http;

/// <summary>A whole answer of the API server. Its body belongs to the buffer it was read into.</summary>
internal sealed record ApiAnswer(int Status, string? MediaType, TimeSpan? RetryAfter, ReadOnlyMemory<byte> Body)
{
    // Schemas inside CustomResourceDefinitions nest deeper than the 64 levels that System.Text.Json takes by default.
    public const int MaxDepth = 1000;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth };

    /// <summary>Where a redirect leads to, without its query, else null.</summary>
    public string? Location { get; init; }

    public bool Succeeded => Status is >= 200 and < 300;

    public bool IsJson => MediaType is not null
        && (MediaType == "application/json" || MediaType.EndsWith("+json", StringComparison.Ordinal));

    /// <exception cref="JsonException">The body is not a JSON object.</exception>
    public JsonObject ToObject() =>
        JsonNode.Parse(Body.Span, documentOptions: Options) as JsonObject ?? throw new JsonException("not an object");

    /// <summary>The Status object of a refusal, null when the body is none.</summary>
    public StatusBody? ToStatus()
    {
        if (!IsJson)
        {
            return null;
        }

        try
        {
            return StatusBody.From(ToObject());
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
