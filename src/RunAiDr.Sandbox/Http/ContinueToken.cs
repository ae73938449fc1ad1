using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RunAiDr.Sandbox.Http;

/// <summary>Where the next page begins: a revision (-1: the newest) and the key after which it goes on, relative to the collection.</summary>
internal sealed record ContinueToken(long Revision, string Start)
{
    public override string ToString() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(
        new JsonObject { ["v"] = "meta.k8s.io/v1", ["rv"] = Revision, ["start"] = "/" + Start + "\0" }.ToJsonString()));

    /// <exception cref="StatusException">400: not a token of ours.</exception>
    public static ContinueToken Parse(string text)
    {
        try
        {
            var token = JsonNode.Parse(Base64Url.DecodeFromChars(text));
            var start = (string?)token?["start"] ?? "";
            return new ContinueToken((long?)token?["rv"] ?? 0, start.TrimStart('/').TrimEnd('\0'));
        }
        catch (Exception failure) when (failure is FormatException or JsonException or InvalidOperationException)
        {
            throw Statuses.BadRequest("invalid continue token: continue key is not valid");
        }
    }
}
