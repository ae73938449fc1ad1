using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using RunAiDr.Cluster.Http;
using RunAiDr.Cluster.Reading;
using RunAiDr.Core;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Forwarding;

/// <summary>The port of a pod that connections to a Service end at.</summary>
internal sealed record ForwardTarget(string Namespace, string Pod, int Port)
{
    public static readonly ResourceKind Pods = new("", "v1", "Pod", "pods", true);

    // Binary messages, each of which begins with the number of its channel. Kubelets of every version know it, and API
    // servers pass it on as it is; the newer SPDY/3.1+portforward.k8s.io would need SPDY inside the WebSocket.
    private const string Protocol = "v4.channel.k8s.io";

    private static readonly ResourceKind Services = new("", "v1", "Service", "services", true);
    private static readonly ResourceKind PortForwards = new("", "v1", "PodPortForwardOptions", "pods/portforward", true);

    /// <summary>The first ready pod, by name, that the Service selects.</summary>
    /// <exception cref="RunAiDrException">There is none, or the server cannot be reached or refuses.</exception>
    public static async Task<ForwardTarget> FindAsync(
        ClusterClient client, string @namespace, string service, int port, CancellationToken ct)
    {
        var where = $"{client.Server.Authority}: service {service} in namespace {@namespace}";
        var spec = (await client.GetAsync(Services, @namespace, service, ct))?.Map("spec")
            ?? throw Missing($"{where} does not exist", "Check the name and the namespace of the service in the configuration.");
        var selector = spec.Map("selector") is { Count: > 0 } labels
            ? string.Join(',', labels.Select(label => $"{label.Key}={label.Value.AsText()}"))
            : throw Missing(
                $"{where} has no selector, so no pod of it is known",
                "Name a service that selects the pods, or connect to the address that it stands for without port-forward.");
        var pods = await client.PodsAsync(@namespace, selector, ct);
        var pod = pods.Where(IsReady).OrderBy(NameOf, StringComparer.Ordinal).FirstOrDefault()
            ?? throw Missing(
                $"{where} has no ready pod ({(pods.Count == 0 ? $"none has the labels {selector}" : string.Join(", ", pods.Select(StateOf)))})",
                "Wait until a pod is ready, or see with kubectl describe why it is not.");
        return new ForwardTarget(@namespace, NameOf(pod), PortOf(spec, pod, port, where));
    }

    /// <summary>Opens a WebSocket to the port; whether somebody listens there shows later.</summary>
    /// <exception cref="RunAiDrException">The server cannot be reached or refuses, or the pod is gone.</exception>
    public async Task<WebSocket> ConnectAsync(ClusterClient client, CancellationToken ct)
    {
        var port = Port.ToString(CultureInfo.InvariantCulture);
        var request = new ApiRequest(HttpMethod.Get, $"{ResourcePaths.Of(Pods, Namespace, Pod)}/portforward?ports={port}")
        {
            Verb = "create",
            AlsoNeeds = "get", // what a GET needs by itself; API servers from 1.35 on ask for create too
            Kind = PortForwards,
            Namespace = Namespace,
            Accept = "*/*",
        };
        return await client.UpgradeAsync(request, Protocol, ct) switch
        {
            { Socket: { } socket } => socket,
            { Refusal.Status: 404 } => throw Missing(
                $"{client.Server.Authority}: pod {Pod} in namespace {Namespace} is gone", "Try again when its successor is ready."),
            { Refusal: { } refusal } => throw ApiFailure.From(request, refusal, client.Server),
            _ => throw new InvalidOperationException("neither a socket nor a refusal"),
        };
    }

    // As kubectl does it: a headless Service has no address of its own to translate a port at.
    private static int PortOf(JsonObject spec, JsonObject pod, int port, string where)
    {
        var entry = spec.Maps("ports").FirstOrDefault(p => NumberOf(p["port"]) == port && p.Text("protocol") is null or "TCP")
            ?? throw Missing(
                $"{where} has no TCP port {port}, only {string.Join(", ", spec.Maps("ports").Select(p => p["port"]?.ToJsonString()))}",
                "Correct the port in the configuration.");
        if (spec.Text("clusterIP") == "None" || NumberOf(entry["targetPort"]) is 0
            || entry["targetPort"] is null)
        {
            return port;
        }

        return NumberOf(entry["targetPort"]) ?? NamedPort(pod, entry.Text("targetPort")) ?? throw Missing(
            $"{where}: no container of pod {NameOf(pod)} has a port named {entry.Text("targetPort")}",
            "Correct targetPort of the service, or name another service in the configuration.");
    }

    // Sidecars are init containers.
    private static int? NamedPort(JsonObject pod, string? name) => (pod.Map("spec") ?? [])
        .Maps("containers").Concat((pod.Map("spec") ?? []).Maps("initContainers"))
        .SelectMany(container => container.Maps("ports"))
        .Where(p => p.Text("name") == name && p.Text("protocol") is null or "TCP")
        .Select(p => NumberOf(p["containerPort"])).FirstOrDefault();

    private static int? NumberOf(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<int>(out var number) ? number : null;

    private static bool IsReady(JsonObject pod) => pod.Map("metadata")?["deletionTimestamp"] is null
        && (pod.Map("status") ?? []).Maps("conditions").Any(c => c.Text("type") == "Ready" && c.Text("status") == "True");

    private static string StateOf(JsonObject pod) =>
        $"{NameOf(pod)} is {(pod.Map("metadata")?["deletionTimestamp"] is null ? pod.Map("status")?.Text("phase") ?? "new" : "being deleted")}";

    private static string NameOf(JsonObject pod) => pod.Map("metadata")?.Text("name") ?? "";

    private static RunAiDrException Missing(string message, string remedy) => new(Fault.Snapshot, ServerWords.Short(message), remedy);
}
