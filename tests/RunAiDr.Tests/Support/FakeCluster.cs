using System.Globalization;
using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Resources;

namespace RunAiDr.Tests.Support;

/// <summary>
/// A target cluster in memory: applies by merging, knows namespaces, CRDs, UIDs and dry runs. Hooks make it fail.
/// </summary>
internal sealed class FakeCluster : IClusterWriter
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ResourceKey, JsonObject> _live = [];
    private readonly HashSet<ResourceKind> _kinds = [.. BuiltIn];
    private int _counter;

    /// <summary>Called before each write that persists, with its number from 1.</summary>
    public Action<int, Resource> BeforeWrite { get; set; } = (_, _) => { };

    /// <summary>Called before each read.</summary>
    public Action<ResourceKey> BeforeRead { get; set; } = _ => { };

    public Func<Resource, string?> Refuse { get; set; } = _ => null;

    public Func<string, ResourceKind, string?, bool> May { get; set; } = (_, _, _) => true;

    /// <summary>Whether a CRD, once created, becomes established.</summary>
    public bool EstablishesDefinitions { get; set; } = true;

    /// <summary>What the server's clock says.</summary>
    public DateTimeOffset Now { get; set; } = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    public int Writes { get; private set; }

    public int Questions { get; private set; }

    public List<ResourceKey> Written { get; } = [];

    private static IEnumerable<ResourceKind> BuiltIn =>
    [
        new("", "v1", "Namespace", "namespaces", false),
        new("", "v1", "Secret", "secrets", true),
        new("", "v1", "ConfigMap", "configmaps", true),
        new("", "v1", "ServiceAccount", "serviceaccounts", true),
        new("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", true),
        new("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", false),
        new("rbac.authorization.k8s.io", "v1", "Role", "roles", true),
        new("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", true),
        new("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", false),
        new("networking.k8s.io", "v1", "Ingress", "ingresses", true),
        new("storage.k8s.io", "v1", "StorageClass", "storageclasses", false),
        new("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", false),
    ];

    /// <summary>Every resource without what differs from cluster to cluster, to compare two of them.</summary>
    public IReadOnlyList<string> Contents()
    {
        lock (_gate)
        {
            return [.. _live.Where(item => !item.Key.Name.StartsWith(TargetMarker.Prefix, StringComparison.Ordinal)).OrderBy(item => item.Key).Select(item => $"{item.Key} {Bare(item.Value).ToJsonString()}")];
        }
    }

    public JsonObject? Find(ResourceKey key)
    {
        lock (_gate)
        {
            return _live.GetValueOrDefault(key);
        }
    }

    /// <summary>Puts a resource there as somebody else would.</summary>
    public JsonObject Put(Resource resource)
    {
        lock (_gate)
        {
            return Store(resource);
        }
    }

    public ClusterIdentity Identity { get; set; } = new("22222222-2222-2222-2222-222222222222", "v1.36.3", "kubernetes");

    public Task<ClusterIdentity> IdentifyAsync(CancellationToken ct) => Task.FromResult(Identity);

    public Task<IReadOnlyList<JsonObject>> ListAsync(ResourceKind kind, string labelSelector, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<JsonObject>>([]);

    public Task<IReadOnlyList<ResourceKind>> DiscoverAsync(CancellationToken ct)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<ResourceKind>>([.. _kinds]);
        }
    }

    public Task<JsonObject?> GetAsync(ResourceKind kind, string? @namespace, string name, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var key = ResourceKey.For(kind, @namespace, name);
        BeforeRead(key);
        lock (_gate)
        {
            return Task.FromResult((JsonObject?)_live.GetValueOrDefault(key)?.DeepClone());
        }
    }

    public Task<bool> MayAsync(string verb, ResourceKind kind, string? @namespace, CancellationToken ct)
    {
        lock (_gate)
        {
            Questions++;
        }

        return Task.FromResult(May(verb, kind, @namespace));
    }

    public Task<bool> MayBindAsync(ResourceKind roleKind, string roleName, string? @namespace, CancellationToken ct) =>
        MayAsync($"bind {roleName}", roleKind, @namespace, ct);

    public Task<ApplyResult> ApplyAsync(Resource resource, ApplyOptions options, CancellationToken ct)
    {
        lock (_gate)
        {
            if (WhyRefused(resource) is { } reason)
            {
                return Task.FromResult(new ApplyResult(resource.Key, ApplyAction.Failed, reason));
            }

            var before = _live.GetValueOrDefault(resource.Key);
            if (before is not null && options.MustBeAbsent)
            {
                return Task.FromResult(new ApplyResult(resource.Key, ApplyAction.Conflict, "exists already"));
            }

            if (!options.DryRun)
            {
                BeforeWrite(++Writes, resource);
                Written.Add(resource.Key);
            }

            if (before is null)
            {
                if (!options.DryRun)
                {
                    Store(resource);
                }

                return Task.FromResult(new ApplyResult(resource.Key, ApplyAction.Created));
            }

            var after = (JsonObject)before.DeepClone();
            Merge(after, resource.Body);
            if (JsonNode.DeepEquals(before, after))
            {
                return Task.FromResult(new ApplyResult(resource.Key, ApplyAction.Unchanged));
            }

            if (!options.Force)
            {
                return Task.FromResult(new ApplyResult(resource.Key, ApplyAction.Conflict, "fields of another manager"));
            }

            _live[resource.Key] = options.DryRun ? before : after;
            return Task.FromResult(new ApplyResult(resource.Key, ApplyAction.Configured));
        }
    }

    /// <summary>The kill of a process between two writes: no result, no report.</summary>
    public static RunAiDrException Unreachable() =>
        new(Fault.ClusterUnreachable, "the API server does not answer", "Look at the network.");

    private string? WhyRefused(Resource resource)
    {
        if (Refuse(resource) is { } reason)
        {
            return reason;
        }

        if (!_kinds.Contains(resource.Kind))
        {
            return $"the server does not serve {resource.Kind.QualifiedName}";
        }

        return resource.Namespace is { } ns and not "default" && !_live.ContainsKey(new ResourceKey("", "namespaces", null, ns))
            ? $"namespace {ns} not found"
            : null;
    }

    private JsonObject Store(Resource resource)
    {
        var live = (JsonObject)resource.Body.DeepClone();
        var metadata = (JsonObject)live["metadata"]!;
        metadata["creationTimestamp"] = Now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        metadata["uid"] = string.Create(CultureInfo.InvariantCulture, $"uid-{++_counter}");
        metadata["resourceVersion"] = _counter.ToString(CultureInfo.InvariantCulture);
        _live[resource.Key] = live;
        if (resource.Kind.Plural == "namespaces")
        {
            var account = new ResourceKind("", "v1", "ServiceAccount", "serviceaccounts", true);
            Store(new Resource(account, new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "ServiceAccount",
                ["metadata"] = new JsonObject { ["name"] = "default", ["namespace"] = resource.Name },
            }));
        }
        else if (resource.Kind.Plural == "customresourcedefinitions" && EstablishesDefinitions)
        {
            _kinds.UnionWith(TargetKinds.KindsOf(live));
            live["status"] = JsonNode.Parse(
                """{"conditions":[{"type":"NamesAccepted","status":"True"},{"type":"Established","status":"True"}]}""");
        }

        return live;
    }

    private static JsonObject Bare(JsonObject live)
    {
        var bare = (JsonObject)live.DeepClone();
        var metadata = (JsonObject)bare["metadata"]!;
        metadata.Remove("uid");
        metadata.Remove("resourceVersion");
        metadata.Remove("creationTimestamp");
        foreach (var owner in metadata["ownerReferences"]?.AsArray() ?? [])
        {
            owner!.AsObject().Remove("uid");
        }

        return bare;
    }

    private static void Merge(JsonObject into, JsonObject from)
    {
        foreach (var (name, value) in from)
        {
            if (into[name] is JsonObject inner && value is JsonObject fields)
            {
                Merge(inner, fields);
            }
            else
            {
                into[name] = value?.DeepClone();
            }
        }
    }
}
