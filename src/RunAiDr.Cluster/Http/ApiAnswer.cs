using System.Text.Json;
using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Http;

/// <summary>A whole answer of the API server. Its body belongs to the buffer it was read into.</summary>
internal sealed record ApiAnswer(int Status, string? MediaType, TimeSpan? RetryAfter, ReadOnlyMemory<byte> Body)
{
    /// <summary>For what of it is told.</summary>
    public required ServerWords Words { get; init; }

    /// <summary>The server that a redirect leads to, null when it is the same or there is none.</summary>
    public string? Location { get; init; }

    public bool Succeeded => Status is >= 200 and < 300;

    public bool IsJson => MediaType is not null
        && (MediaType == "application/json" || MediaType.EndsWith("+json", StringComparison.Ordinal));

    /// <exception cref="JsonException">The body is not a JSON object.</exception>
    public JsonObject ToObject() => WholeJson.ReadObject(Body.Span);

    /// <summary>The Status object of a refusal, null when the body is none.</summary>
    public StatusBody? ToStatus()
    {
        if (!IsJson)
        {
            return null;
        }

        try
        {
            return StatusBody.From(ToObject(), Words);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
