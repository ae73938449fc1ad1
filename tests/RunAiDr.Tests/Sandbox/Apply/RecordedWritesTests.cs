using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Apply;

namespace RunAiDr.Tests.Sandbox.Apply;

/// <summary>Every recorded write to a kind we know is decided again from the object as it was recorded before it.</summary>
public sealed class RecordedWritesTests
{
    private const string Recorder = "runai-dr-recorder";

    // The name of the exchange and why we answer otherwise.
    private static readonly Dictionary<string, string> Deviations = new(StringComparer.Ordinal)
    {
        ["48-immutable-fields#6"] = "the message ends in a diff of Go values",
        ["48-immutable-fields#7"] = "the message ends in a diff of Go values",
        ["57-managed-fields#6"] = "a controller wrote between the exchanges",
        ["61-volumes-static-binding#18"] = "the default class comes from an admission plug-in that knows all StorageClasses",
    };

    // Objects that the recorder made without recording it, as their later exchanges show them.
    private static readonly Dictionary<string, string[]> Seeds = new(StringComparer.Ordinal)
    {
        ["37-patch-merge"] =
        [
            """/api/v1/namespaces/mpatch/configmaps {"metadata":{"name":"a","labels":{"x":"1","y":"1"}},"data":{"k":"1","m":"1"}}""",
            """/apis/rbac.authorization.k8s.io/v1/namespaces/mpatch/rolebindings {"metadata":{"name":"b"},"roleRef":{"kind":"ClusterRole","name":"view"},"subjects":[{"kind":"User","name":"u1"},{"kind":"User","name":"u2"}]}""",
            """/api/v1/namespaces/mpatch/serviceaccounts {"metadata":{"name":"default"}}""",
        ],
        ["38-patch-json"] = ["""/api/v1/namespaces/jpatch/configmaps {"metadata":{"name":"a","annotations":{"example.com/x":"1"}},"data":{"k":"1"}}"""],
        ["48-immutable-fields"] =
        [
            """/api/v1/namespaces {"metadata":{"name":"imm"}}""",
            """/apis/rbac.authorization.k8s.io/v1/namespaces/imm/rolebindings {"metadata":{"name":"b"},"roleRef":{"kind":"ClusterRole","name":"view"},"subjects":[{"kind":"User","name":"u"}]}""",
            """/api/v1/namespaces/imm/secrets {"metadata":{"name":"s"},"stringData":{"k":"v"}}""",
            """/api/v1/namespaces/imm/persistentvolumeclaims {"metadata":{"name":"p"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}""",
            """/apis/apps/v1/namespaces/imm/statefulsets {"metadata":{"name":"st"},"spec":{"serviceName":"st","selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""",
            """/apis/scheduling.k8s.io/v1/priorityclasses {"metadata":{"name":"system-node-critical"},"value":2000001000}""",
        ],
    };

    [Theory]
    [InlineData("05-bad-requests", 15)]
    [InlineData("35-create", 9)]
    [InlineData("36-update-put", 15)]
    [InlineData("37-patch-merge", 14)]
    [InlineData("38-patch-json", 9)]
    [InlineData("40-apply-create-change", 7)]
    [InlineData("41-apply-conflict-force", 12)]
    [InlineData("42-apply-ownership-removal", 6)]
    [InlineData("43-apply-over-other-manager", 11)]
    [InlineData("44-apply-lists-and-maps", 16)]
    [InlineData("45-apply-options", 25)]
    [InlineData("47-dry-run", 4)]
    [InlineData("48-immutable-fields", 11)]
    [InlineData("49-immutable-configmap-secret", 8)]
    [InlineData("51-rbac-escalation", 3)]
    [InlineData("56-defaults", 16)]
    [InlineData("57-managed-fields", 8)]
    [InlineData("58-status-subresource", 6)]
    [InlineData("61-volumes-static-binding", 10)]
    [InlineData("63-apply-secret", 8)]
    [InlineData("64-apply-normalised-values", 9)]
    [InlineData("71-service-account-token-secret", 3)]
    [InlineData("73-lease", 17)]
    [InlineData("75-crd-create", 6)]
    [InlineData("76-cr-lifecycle", 25)]
    [InlineData("78-crd-versions", 3)]
    [InlineData("85-names-rbac", 22)]
    [InlineData("86-names-limits", 16)]
    [InlineData("87-configmap-text", 5)]
    [InlineData("88-numbers", 14)]
    public void A_recorded_write_is_decided_as_recorded(string scenario, int atLeast)
    {
        var objects = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var seed in Seeds.GetValueOrDefault(scenario) ?? [])
        {
            var blank = seed.IndexOf(' ', StringComparison.Ordinal);
            var target = Recording.Parse(seed[..blank])!;
            var made = Writes.Create(new WriteRequest(target.Rules, target.Namespace, null, Recorder, "2026-11-22T11:54:45Z", "seed"), (JsonObject)JsonNode.Parse(seed[blank..])!);
            objects[target.KeyOf((string)made.Body!["metadata"]!["name"]!)] = made.Body;
        }

        var exchanges = Recording.Read(scenario);
        var differences = new List<string>();
        var replayed = 0;
        for (var i = 0; i < exchanges.Count; i++)
        {
            var outcome = Replay(exchanges[i], objects);
            replayed += outcome is null ? 0 : 1;
            if (outcome is not null && outcome.Length > 0 != Deviations.ContainsKey($"{scenario}#{i}"))
            {
                differences.Add($"#{i}: {outcome}");
            }
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
        Assert.True(replayed >= atLeast, $"only {replayed} exchanges were replayed");
    }

    // Null: the exchange is none of ours; empty: as recorded.
    private static string? Replay(JsonObject exchange, Dictionary<string, JsonObject> objects)
    {
        var (request, response) = ((JsonObject)exchange["request"]!, (JsonObject)exchange["response"]!);
        if (Recording.Parse((string)request["path"]!) is not { } target || response["body"] is not JsonObject answer)
        {
            return null;
        }

        var live = target.Name is { } name ? objects.GetValueOrDefault(target.KeyOf(name)) : null;
        var difference = Decide(request, target, live, answer) is { } decided ? Compare(decided, answer, live, target.Query["dryRun"] is not null) : null;
        if ((string?)answer["kind"] == target.Rules.Kind.Kind && target.Query["dryRun"] is null)
        {
            objects[target.KeyOf((string)answer["metadata"]!["name"]!)] = answer;
        }

        return difference;
    }

    private static WriteOutcome? Decide(JsonObject request, Target target, JsonObject? live, JsonObject answer)
    {
        var code = (int?)answer["code"];
        var generated = answer["metadata"]?["generateName"] is not null || (string?)answer["kind"] == "PartialObjectMetadata";
        var options = generated || (string?)answer["details"]?["kind"] is "PatchOptions" or "CreateOptions" || (string?)answer["reason"] is "AlreadyExists";
        var decoding = ((string?)answer["message"] ?? "").Contains("strict decoding YAML", StringComparison.Ordinal);
        if (options || decoding || code is 403 or 404 or 405 or 413 or 415 || request["body"] is not { } body || body is JsonValue)
        {
            return null;
        }

        var uid = live is null ? (string?)answer["metadata"]?["uid"] ?? "new" : "unused";
        var times = (answer["metadata"]?["managedFields"] as JsonArray ?? []).Select(entry => (string?)entry!["time"]);
        var time = times.Append((string?)answer["metadata"]?["creationTimestamp"]).Max(StringComparer.Ordinal) ?? "2026-01-01T00:00:00Z";
        var write = new WriteRequest(target.Rules, target.Namespace, target.Name, target.Query["fieldManager"] ?? Recorder, time, uid)
        {
            Subresource = target.Subresource,
            Force = target.Query["force"] is not (null or "false" or "0"),
            FieldValidation = Enum.Parse<FieldValidation>(target.Query["fieldValidation"] ?? "Warn"),
        };
        var type = (string?)request["headers"]?["Content-Type"];
        return ((string)request["method"]!, type) switch
        {
            ("POST", _) when body is JsonObject made => Writes.Create(write, made),
            ("PUT", _) when live is null && (string?)answer["kind"] == target.Rules.Kind.Kind => Writes.Create(write, (JsonObject)body),
            ("PUT", _) when live is not null => Writes.Replace(write, live, (JsonObject)body),
            ("PATCH", "application/apply-patch+yaml") when live is not null || MayCreate(answer, write) => Writes.Apply(write, live, (JsonObject)body),
            ("PATCH", "application/json-patch+json") when live is not null => Writes.Patch(write, live, PatchKind.Json, body),
            ("PATCH", "application/merge-patch+json") when live is not null => Writes.Patch(write, live, PatchKind.Merge, body),
            ("PATCH", "application/strategic-merge-patch+json") when live is not null => Writes.Patch(write, live, PatchKind.Strategic, body),
            _ => null,
        };
    }

    // Objects that were made unrecorded cannot be replayed: only what was created, or refused before the merge.
    private static bool MayCreate(JsonObject answer, WriteRequest write) =>
        (string?)answer["reason"] != "Conflict" && (answer["kind"]!.ToString() == "Status" || write.Uid != "new") && !HasOthers(answer);

    private static bool HasOthers(JsonObject answer) => answer["metadata"]?["managedFields"] is JsonArray { Count: > 1 };

    private static string Compare(WriteOutcome decided, JsonObject answer, JsonObject? live, bool dryRun)
    {
        var status = (int?)answer["code"] ?? 200;
        if (decided.Refused is { } refused)
        {
            return refused.Code != status ? $"{refused.Code} {refused.Message} for {status}" : Difference(Status(refused.ToStatus()), Status(answer));
        }

        if (status >= 300)
        {
            return $"accepted, not {status} {(string?)answer["message"]}";
        }

        var body = (JsonObject)decided.Body!.DeepClone();
        if ((string?)body["metadata"]!["uid"] == "seed")
        {
            body["metadata"]!["uid"] = answer["metadata"]!["uid"]!.DeepClone();
            body["metadata"]!["creationTimestamp"] = answer["metadata"]!["creationTimestamp"]!.DeepClone();
            live = null;
        }

        var changed = live is not null && (string?)live["metadata"]!["resourceVersion"] != (string?)answer["metadata"]!["resourceVersion"];
        if (live is not null && !dryRun && changed != decided.Changed)
        {
            return $"changed {decided.Changed}: {Difference(Plain(body), Plain(answer))}";
        }

        return Difference(Plain(body), Plain(answer));
    }

    private static JsonObject Status(JsonObject status)
    {
        var copy = (JsonObject)status.DeepClone();
        if ((int?)copy["code"] is 400 or 500)
        {
            copy.Remove("message"); // these quote parsers of Go
        }

        if (copy["details"]?["causes"] is JsonArray causes)
        {
            var sorted = causes.Select(cause => cause!.ToJsonString()).Order(StringComparer.Ordinal).Select(text => JsonNode.Parse(text));
            copy["details"]!["causes"] = new JsonArray([.. sorted]);
        }

        return copy;
    }

    private static JsonObject Plain(JsonObject body)
    {
        var copy = (JsonObject)body.DeepClone();
        var metadata = (JsonObject)copy["metadata"]!;
        metadata.Remove("resourceVersion");
        foreach (var entry in (metadata["managedFields"] as JsonArray ?? []).OfType<JsonObject>().Where(entry => entry.ContainsKey("time")))
        {
            entry["time"] = "set";
        }

        if ((string?)copy["kind"] == "Service")
        {
            foreach (var key in new[] { "clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy" })
            {
                ((JsonObject)copy["spec"]!).Remove(key);
            }
        }

        return copy;
    }

    private static string Difference(JsonNode? ours, JsonNode? theirs, string path = "")
    {
        if (JsonNode.DeepEquals(ours, theirs) && ours?.ToJsonString().Length == theirs?.ToJsonString().Length)
        {
            return "";
        }

        if (ours is JsonObject one && theirs is JsonObject two)
        {
            var keys = one.Concat(two).Select(pair => pair.Key).Distinct(StringComparer.Ordinal);
            return string.Join("; ", keys.Where(key => one.ContainsKey(key) != two.ContainsKey(key) || !JsonNode.DeepEquals(one[key], two[key]))
                .Select(key => one.ContainsKey(key) != two.ContainsKey(key)
                    ? $"{path}/{key}: {(one.ContainsKey(key) ? "ours " + one[key]?.ToJsonString() : "theirs " + two[key]?.ToJsonString())}"
                    : Difference(one[key], two[key], $"{path}/{key}")));
        }

        return ours is JsonArray list && theirs is JsonArray other && list.Count == other.Count
            ? string.Join("; ", list.Select((item, i) => Difference(item, other[i], $"{path}[{i}]")).Where(text => text.Length > 0))
            : $"{path}: {ours?.ToJsonString()} for {theirs?.ToJsonString()}";
    }
}
