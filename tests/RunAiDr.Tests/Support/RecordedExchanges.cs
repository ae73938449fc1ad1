using System.Text.Json;

namespace RunAiDr.Tests.Support;

/// <summary>One request and answer of a real API server, from TestData/apiserver.</summary>
public sealed record RecordedExchange(
    string Method, string Path, string? RequestContentType, JsonElement? RequestBody, int Status, string? ContentType, string Body)
{
    public string? RetryAfter { get; init; }

    public string Note { get; init; } = "";

    public JsonElement BodyJson => JsonDocument.Parse(Body).RootElement;

    public override string ToString() => $"{Method} {Path}";
}

/// <summary>Reads TestData/apiserver.</summary>
public static class RecordedExchanges
{
    public static IReadOnlyList<RecordedExchange> Of(string scenario)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "TestData", "apiserver", $"{scenario}.json");
        var root = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { MaxDepth = 500 }).RootElement;
        return [.. root.GetProperty("exchanges").EnumerateArray().Select(From)];
    }

    private static RecordedExchange From(JsonElement exchange)
    {
        var (request, response) = (exchange.GetProperty("request"), exchange.GetProperty("response"));
        return new RecordedExchange(
            request.GetProperty("method").GetString()!,
            request.GetProperty("path").GetString()!,
            Header(request, "Content-Type"),
            request.TryGetProperty("body", out var sent) ? sent : null,
            response.GetProperty("status").GetInt32(),
            Header(response, "Content-Type"),
            BodyOf(response))
        {
            RetryAfter = Header(response, "Retry-After"),
            Note = exchange.TryGetProperty("note", out var note) ? note.GetString()! : "",
        };
    }

    private static string BodyOf(JsonElement response)
    {
        if (response.TryGetProperty("bodyText", out var text))
        {
            return text.GetString()!;
        }

        if (!response.TryGetProperty("body", out var body))
        {
            return "";
        }

        return body.ValueKind == JsonValueKind.String ? body.GetString()! : body.GetRawText();
    }

    private static string? Header(JsonElement message, string name) =>
        message.TryGetProperty("headers", out var headers) && headers.TryGetProperty(name, out var value)
            ? value.ToString()
            : null;
}
