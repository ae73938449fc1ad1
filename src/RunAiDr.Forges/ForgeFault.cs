using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Forges;

/// <summary>What a forge refused or failed to do, in words for an operator.</summary>
internal sealed class ForgeFault(ForgeOptions options)
{
    private const int Longest = 300;

    private string Where => $"{options.Kind} at {options.Address.Host}";

    public RunAiDrException Of(ForgeAnswer answer, SecretText sent) => answer.Status switch
    {
        HttpStatusCode.Unauthorized => Make(
            $"{Where} refused the token.", "Put a valid one into the file of review.tokenFile; it is read at each use."),
        HttpStatusCode.Forbidden => Make(
            $"{Where} does not let the token do this in {options.Repository}{Words(answer, sent)}.",
            "Give the token the right to read and write pull requests (merge requests, issues) of this repository; where too many requests are the reason, wait."),
        HttpStatusCode.NotFound => Make(
            $"{Where} has no {options.Repository}, or does not show it to the token.",
            "Check review.repository, review.baseUrl and what the token may see."),
        HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest => Make(
            $"{Where} refused the pull request in {options.Repository}{Words(answer, sent)}.",
            "Check that both branches are there and that nobody's rules forbid it."),
        >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest => Make(
            $"{Where} says that {options.Repository} moved; the token is not sent to another place.",
            "Correct review.baseUrl and review.repository."),
        _ => Make($"{Where} failed with status {(int)answer.Status}{Words(answer, sent)}.", "It is tried again; look at the forge when it stays so."),
    };

    public RunAiDrException Limited(DateTimeOffset until) => Make(
        string.Create(CultureInfo.InvariantCulture, $"{Where} wants no requests before {until.ToUniversalTime():yyyy-MM-dd HH:mm:ss} UTC."),
        "Nothing is to be done: it is tried again after that. When it happens often, use a token of its own.");

    public RunAiDrException Unreachable(HttpRequestException failure) => failure.HttpRequestError == HttpRequestError.SecureConnectionError
        ? Make($"The certificate of {Where} is not trusted.", "Give the authority of the forge with review.caFile.", failure)
        : Make($"{Where} cannot be reached ({failure.HttpRequestError}).", "Check review.baseUrl, the network and remote.proxy.", failure);

    public RunAiDrException Silent() => Make(
        string.Create(CultureInfo.InvariantCulture, $"{Where} did not answer within {options.Timeout.TotalSeconds:0} s."),
        "It is tried again; look at the forge and the network when it stays so.");

    public RunAiDrException Nonsense() => Make(
        $"{Where} does not answer as the API of {options.Kind} does.", "Check review.provider and review.baseUrl.");

    private static RunAiDrException Make(string message, string remedy, Exception? inner = null) => new(Fault.Remote, message, remedy, inner);

    // What it says helps (there may be no commits between the branches), but it may give back what it was sent.
    private static string Words(ForgeAnswer answer, SecretText sent)
    {
        var body = answer.Body as JsonObject;
        var words = string.Join("; ", Texts(body?["message"]).Concat(Texts(body?["error"])).Concat(Texts(body?["errors"])).Distinct(StringComparer.Ordinal));
        words = words.Replace(sent.Reveal(), sent.ToString(), StringComparison.Ordinal);
        return words.Length == 0 ? "" : $": {Visible.Text(words.Length > Longest ? $"{words[..Longest]}…" : words)}";
    }

    private static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        JsonValue value when value.TryGetValue<string>(out var text) => [text],
        JsonArray items => items.SelectMany(Texts),
        JsonObject map => Texts(map["message"]),
        _ => [],
    };
}
