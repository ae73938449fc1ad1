using System.Text.Json.Nodes;

namespace RunAiDr.Sandbox.Http;

/// <summary>Ends a request with a Status object. <paramref name="status"/> is the whole body.</summary>
internal sealed class StatusException(int code, JsonObject status) : Exception((string?)status["message"])
{
    public int Code { get; } = code;

    public JsonObject Status { get; } = status;

    public int? RetryAfterSeconds => (int?)Status["details"]?["retryAfterSeconds"];
}
