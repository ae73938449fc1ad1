using System.Globalization;
using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Leases;

/// <summary>A Lease as the server stored it; what we do not know of it is kept.</summary>
internal sealed record LeaseRecord(JsonObject Body)
{
    public static readonly ResourceKind Kind = new("coordination.k8s.io", "v1", "Lease", "leases", Namespaced: true);

    /// <summary>Null when it is free.</summary>
    public string? Holder => Body.Map("spec")?.Text("holderIdentity") is { Length: > 0 } holder ? holder : null;

    public TimeSpan? Duration =>
        Body.Map("spec")?["leaseDurationSeconds"] is JsonValue value && value.TryGetValue<int>(out var seconds) && seconds > 0
            ? TimeSpan.FromSeconds(seconds)
            : null;

    /// <summary>Changes with each renewal.</summary>
    public string Sign => Body.Map("spec")?.ToJsonString() ?? "";

    public static LeaseRecord New(LeaseOptions options) => new(new JsonObject
    {
        ["apiVersion"] = Kind.ApiVersion,
        ["kind"] = Kind.Kind,
        ["metadata"] = new JsonObject { ["name"] = options.Name, ["namespace"] = options.Namespace },
    });

    /// <summary>The same lease, taken or renewed at a time.</summary>
    public LeaseRecord HeldBy(string identity, TimeSpan duration, DateTimeOffset now)
    {
        var (record, spec) = Copy();
        if (Holder != identity)
        {
            var before = spec["leaseTransitions"] is JsonValue value && value.TryGetValue<int>(out var count) ? count + 1 : 0;
            spec["leaseTransitions"] = before;
            spec["acquireTime"] = MicroTime(now);
        }

        spec["holderIdentity"] = identity;
        spec["leaseDurationSeconds"] = (int)Math.Ceiling(duration.TotalSeconds);
        spec["renewTime"] = MicroTime(now);
        return record;
    }

    /// <summary>The same lease, given up: whoever sees it may take it.</summary>
    public LeaseRecord Released(DateTimeOffset now)
    {
        var (record, spec) = Copy();
        spec["holderIdentity"] = "";
        spec["leaseDurationSeconds"] = 1;
        spec["acquireTime"] = MicroTime(now);
        spec["renewTime"] = MicroTime(now);
        return record;
    }

    private (LeaseRecord Record, JsonObject Spec) Copy()
    {
        var body = (JsonObject)Body.DeepClone();
        var spec = body.Map("spec") ?? [];
        body["spec"] ??= spec;
        return (new LeaseRecord(body), spec);
    }

    // The server takes exactly six digits.
    private static string MicroTime(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
