using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RunAiDr.Forges;

/// <summary>What a forge answered: status, what it says about patience, and its JSON; null where that is none.</summary>
internal sealed record ForgeAnswer(HttpStatusCode Status, JsonNode? Body)
{
    /// <summary>How long it wants to be left alone; null when it does not.</summary>
    public TimeSpan? Pause { get; private init; }

    /// <summary>Its list goes on.</summary>
    public bool HasNextPage { get; private init; }

    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>No requests are left for now.</summary>
    public bool IsUsedUp { get; private init; }

    /// <summary>Rate limits come as 429, and from GitHub as 403 too: there only the headers tell them from a lack of rights.</summary>
    public bool IsLimited => Status == HttpStatusCode.TooManyRequests || (Status == HttpStatusCode.Forbidden && (IsUsedUp || Pause is not null));

    public bool IsPassing => (int)Status is 500 or 502 or 503 or 504;

    public static async Task<ForgeAnswer> ReadAsync(HttpResponseMessage response, DateTimeOffset now, CancellationToken ct)
    {
        var content = await response.Content.ReadAsByteArrayAsync(ct);
        return new ForgeAnswer(response.StatusCode, Parse(content))
        {
            IsUsedUp = HasNoneLeft(response),
            Pause = PauseOf(response, now),
            HasNextPage = Header(response, "Link")?.Contains("rel=\"next\"", StringComparison.Ordinal) == true,
        };
    }

    private static JsonNode? Parse(byte[] content)
    {
        try
        {
            return content.Length == 0 ? null : JsonNode.Parse(content);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static TimeSpan? PauseOf(HttpResponseMessage response, DateTimeOffset now)
    {
        var pause = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - now,
            _ => HasNoneLeft(response)
                ? Until(Header(response, "X-RateLimit-Reset") ?? Header(response, "RateLimit-Reset"), now)
                : null,
        };
        return pause is { } wanted && wanted < TimeSpan.Zero ? TimeSpan.Zero : pause;
    }

    private static bool HasNoneLeft(HttpResponseMessage response) =>
        Header(response, "X-RateLimit-Remaining") == "0" || Header(response, "RateLimit-Remaining") == "0";

    private static TimeSpan? Until(string? unixSeconds, DateTimeOffset now) =>
        long.TryParse(unixSeconds, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < int.MaxValue
            ? DateTimeOffset.FromUnixTimeSeconds(seconds) - now
            : null;

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;
}
