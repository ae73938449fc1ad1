using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RunAiDr.Sandbox;

namespace RunAiDr.Tests.Sandbox;

/// <summary>
/// Sends the requests of a recorded transcript and compares the answers: status and whole body, without what differs on
/// every run (uids, revisions, times, generated names) and without message texts.
/// </summary>
internal sealed partial class Replay : IDisposable
{
    private static readonly string[] Changing =
    [
        "uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "time", "lastTransitionTime",
        "lastPhaseTransitionTime", "message", "ca.crt", "serverAddress", "kubernetes.io/description",
    ];

    private readonly SandboxClient _admin;
    private readonly SandboxClient _nobody;
    private readonly SandboxClient _nonsense;
    private readonly Dictionary<string, string> _ours = new(StringComparer.Ordinal);
    private readonly List<string> _differences = [];
    private long _start;

    public Replay(string kubeconfig)
    {
        _admin = SandboxClient.For(kubeconfig);
        _nobody = SandboxClient.For(kubeconfig, anonymous: true);
        _nonsense = SandboxClient.For(kubeconfig, token: "nonsense");
    }

    /// <summary>Runs a transcript on a fresh server; gives one text per exchange that came out differently.</summary>
    public static async Task<List<string>> RunAsync(string name)
    {
        var transcript = (JsonObject)JsonNode.Parse(await File.ReadAllTextAsync(
            Path.Combine(AppContext.BaseDirectory, "TestData", "apiserver", name + ".json")))!;
        var exchanges = ((JsonArray)transcript["exchanges"]!).OfType<JsonObject>().ToList();
        await using var server = await SandboxServer.StartAsync(new SandboxOptions { Clock = TimeProvider.System }, CancellationToken.None);
        using var replay = new Replay(server.Kubeconfig);
        await replay.SetSceneAsync(name, exchanges);
        replay._start = server.Revision;
        await replay.RunAsync(exchanges, ReplayedTranscripts.Left(name));
        return replay._differences;
    }

    public void Dispose()
    {
        _admin.Dispose();
        _nobody.Dispose();
        _nonsense.Dispose();
    }

    private async Task SetSceneAsync(string name, List<JsonObject> exchanges)
    {
        var namespaces = exchanges.Select(e => Namespace().Match((string)e["request"]!["path"]!)).Where(m => m.Success)
            .Select(m => m.Groups["name"].Value).Where(n => !n.StartsWith("no-such", StringComparison.Ordinal) && n != "dry-new").Distinct(StringComparer.Ordinal);
        foreach (var ns in namespaces)
        {
            await _admin.PostAsync("/api/v1/namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = ns } });
        }

        foreach (var (path, body) in ReplayedTranscripts.Scene(name))
        {
            var made = await _admin.SendAsync("POST", path, body, ("Content-Type", "application/json"));
            Assert.True(made.Code == 201, $"setting the scene of {name}: {made.Text}");
        }
    }

    private async Task RunAsync(List<JsonObject> exchanges, IReadOnlySet<int> left)
    {
        var watches = new List<(int Index, JsonObject Exchange, Task<SandboxAnswer> Answer)>();
        for (var i = 0; i < exchanges.Count; i++)
        {
            var exchange = exchanges[i];
            if (left.Contains(i))
            {
                // Sent all the same: what follows may stand on it.
                Learn(exchange["response"]!["body"], JsonOf(await SendAsync(exchange)));
                continue;
            }

            if (((string?)exchange["note"])?.Contains("open while", StringComparison.Ordinal) == true)
            {
                watches.Add((i, exchange, SendAsync(exchange)));
                await Task.Delay(200);
                continue;
            }

            await CompareAsync(i, exchange);
        }

        foreach (var (index, exchange, answer) in watches)
        {
            if (Difference(index, exchange, await answer) is { } difference)
            {
                _differences.Add(difference);
            }
        }
    }

    private static JsonObject? JsonOf(SandboxAnswer answer) =>
        answer.ContentType == "application/json" && answer.Text.StartsWith('{') && answer.Lines.Count == 1 ? answer.Json : null;

    /// <summary>What a controller does comes a moment later, so a reader that sees something else looks again.</summary>
    private async Task CompareAsync(int index, JsonObject exchange)
    {
        var patience = (string?)exchange["request"]!["method"] == "GET" ? 10 : 1;
        string? difference = null;
        for (var attempt = 0; attempt < patience; attempt++)
        {
            difference = Difference(index, exchange, await SendAsync(exchange));
            if (difference is null)
            {
                return;
            }

            await Task.Delay(100);
        }

        _differences.Add(difference!);
    }

    private Task<SandboxAnswer> SendAsync(JsonObject exchange)
    {
        var request = (JsonObject)exchange["request"]!;
        var note = (string?)exchange["note"] ?? "";
        var client = note.Contains("without client certificate", StringComparison.Ordinal) ? _nobody
            : note.Contains("token nonsense", StringComparison.Ordinal) ? _nonsense : _admin;
        var headers = (request["headers"] as JsonObject ?? []).Select(h => (h.Key, h.Value!.ToString())).ToArray();
        var body = request["bodyText"] is { } text ? (string?)text : request["body"] switch
        {
            null => request.ContainsKey("body") ? "null" : null,
            JsonValue value when value.TryGetValue<string>(out var plain) => plain,
            var node => Translated(node).ToJsonString(),
        };
        var path = Version().Replace((string)request["path"]!, m => m.Groups["key"].Value + Uri.EscapeDataString(Ours(Uri.UnescapeDataString(m.Groups["value"].Value))));
        return client.SendAsync((string)request["method"]!, path, body, headers);
    }

    private string? Difference(int index, JsonObject exchange, SandboxAnswer answer)
    {
        var response = (JsonObject)exchange["response"]!;
        var title = $"#{index} {exchange["request"]!["method"]} {exchange["request"]!["path"]}";
        if ((int)response["status"]! != answer.Code)
        {
            return $"{title}: {response["status"]} recorded, {answer.Code} here: {answer.Text}";
        }

        if (response["body"] is not (JsonObject or JsonArray) || response["body"] is JsonArray && !answer.Text.StartsWith('{') && answer.Text.Length > 0)
        {
            return null;
        }

        JsonNode here = response["body"] is JsonArray ? new JsonArray([.. answer.Lines]) : answer.Json;
        Learn(response["body"], here);
        var (expected, actual) = (Comparable(response["body"]), Comparable(here));
        return JsonNode.DeepEquals(expected, actual)
            ? null
            : $"{title}:\n  recorded {expected?.ToJsonString()}\n  here     {actual?.ToJsonString()}";
    }

    /// <summary>Ours for a recorded value; for a revision that was never seen the newest one seen before it.</summary>
    private string Ours(string theirs)
    {
        if (_ours.TryGetValue(theirs, out var ours) || !long.TryParse(theirs, CultureInfo.InvariantCulture, out var revision)
            || revision is < 100 or > 100_000)
        {
            return ours ?? theirs;
        }

        var before = _ours.Keys.Select(k => long.TryParse(k, CultureInfo.InvariantCulture, out var seen) && seen < revision ? seen : 0).Append(0).Max();
        return before == 0 ? _start.ToString(CultureInfo.InvariantCulture) : _ours[before.ToString(CultureInfo.InvariantCulture)];
    }

    private JsonNode Translated(JsonNode node)
    {
        switch (node)
        {
            case JsonObject map:
                return new JsonObject(map.Select(p => KeyValuePair.Create(
                    p.Key, p.Key is "uid" or "resourceVersion" && p.Value is JsonValue v ? Ours(v.ToString()) : p.Value is null ? null : Translated(p.Value))));
            case JsonArray list:
                return new JsonArray([.. list.Select(i => i is null ? null : Translated(i))]);
            default:
                return node.DeepClone();
        }
    }

    /// <summary>Remembers which of our uids, revisions and tokens stand for the recorded ones.</summary>
    private void Learn(JsonNode? recorded, JsonNode? here)
    {
        if (recorded is JsonObject theirs && here is JsonObject ours)
        {
            foreach (var (name, value) in theirs)
            {
                if (name is "uid" or "resourceVersion" or "continue" && value is JsonValue && ours[name] is JsonValue mine)
                {
                    _ours.TryAdd(value.ToString(), mine.ToString());
                }

                Learn(value, ours[name]);
            }
        }
        else if (recorded is JsonArray list && here is JsonArray own)
        {
            for (var i = 0; i < Math.Min(list.Count, own.Count); i++)
            {
                Learn(list[i], own[i]);
            }
        }
    }

    private static JsonNode? Comparable(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                var kept = new JsonObject();
                foreach (var (name, value) in map)
                {
                    var generated = name == "name" && map.ContainsKey("generateName");
                    var token = name == "continue" && value?.ToString().Length > 0;
                    kept[name] = name == "managedFields" && value is JsonArray entries
                        ? Ordered(entries, "manager", "operation") : Changing.Contains(name, StringComparer.Ordinal) || generated || token
                        ? "…"
                        : name == "causes" && value is JsonArray causes ? Ordered(causes, "field", "reason") : Comparable(value);
                }

                return kept;
            case JsonArray list:
                return new JsonArray([.. list.Where(i => (string?)(i as JsonObject)?["type"] != "BOOKMARK").Select(Comparable)]);
            default:
                return node?.DeepClone();
        }
    }

    private static JsonArray Ordered(JsonArray list, string first, string second) => new([.. list.Select(Comparable)
        .OrderBy(i => $"{i?[first]} {i?[second]}", StringComparer.Ordinal)]);

    [GeneratedRegex("/namespaces/(?<name>[^/?]+)/[a-z]", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Namespace();

    [GeneratedRegex("(?<key>(resourceVersion|continue)=)(?<value>[^&]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Version();
}
