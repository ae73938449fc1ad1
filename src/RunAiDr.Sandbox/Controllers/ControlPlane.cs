using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Controllers.Volumes;
using RunAiDr.Sandbox.Controllers.Workloads;
using RunAiDr.Sandbox.Http;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Security;
using RunAiDr.Sandbox.Storage;
using RunAiDr.Sandbox.Writing;

namespace RunAiDr.Sandbox.Controllers;

/// <summary>Puts the server together and does what follows at once from a write.</summary>
internal sealed class ControlPlane
{
    private const string CrdStorage = "customresourcedefinitions.apiextensions.k8s.io";

    private static readonly string[] SystemNamespaces = ["default", "kube-node-lease", "kube-public", "kube-system"];

    private readonly TimeProvider _clock;
    private readonly ObjectWriter _writer;
    private readonly CrdController _definitions;
    private readonly string _authority;

    public ControlPlane(SandboxOptions options, Certificates certificates)
    {
        _clock = options.Clock;
        _authority = certificates.AuthorityPem;
        var authorizer = new RbacAuthorizer(Store);
        var authenticator = new Authenticator(certificates, options.Tokens, authorizer);
        _definitions = new CrdController(Store, Kinds, _clock);
        _writer = new ObjectWriter(Store, new NamespaceGate(Store), new RoleGate(authorizer), new ServiceAddresses(Store), Written);
        var remover = new ObjectRemover(Store, _clock, Written);
        var reader = new ReadEndpoint(Store, _clock);
        Reconciler = new Reconciler(Store, _clock,
        [
            new NamespaceController(Store, Kinds, remover, _clock),
            new GarbageCollector(Store, Kinds, remover),
            new CustomResourceCleaner(Store, Kinds, remover, _definitions),
            new ClusterRoleAggregator(Store, _clock),
            .. options.Snapshots is { } driver ? SnapshotControllers(driver, remover) : [],
            .. options.Workloads is { } workloads ? WorkloadControllers(workloads, options.Snapshots?.Provisions == true) : [],
        ]);
        Router = new RequestRouter(Kinds, authenticator, authorizer, new DiscoveryEndpoint(Kinds), new ResourceEndpoints(
            reader, new WatchEndpoint(Store, Kinds, reader, _clock), new WriteEndpoint(_writer, authorizer, _clock),
            new DeleteEndpoint(remover, reader), new ReviewEndpoint(authorizer, authenticator, _clock))
        {
            Forwarder = new PortForwardEndpoint(Store, authorizer, options),
            Scaler = new ScaleEndpoint(_writer, _clock),
        });
    }

    public ObjectStore Store { get; } = new();

    public KindRegistry Kinds { get; } = new();

    public SnapshotStorage Snapshots { get; } = new();

    public RequestRouter Router { get; }

    public Reconciler Reconciler { get; }

    public void CreateSystemNamespaces()
    {
        foreach (var name in SystemNamespaces)
        {
            Create("v1", "Namespace", "", new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } });
        }
    }

    public void Load(JsonObject resource)
    {
        var body = (JsonObject)resource.DeepClone();
        var type = Kinds.FindKind((string?)body["apiVersion"] ?? "", (string?)body["kind"] ?? "")
            ?? throw new ArgumentException($"{body["apiVersion"]} {body["kind"]} is not served", nameof(resource));
        var metadata = body["metadata"] as JsonObject ?? throw new ArgumentException("the resource has no metadata", nameof(resource));
        metadata["uid"] ??= ObjectMetadata.NewUid();
        metadata["creationTimestamp"] ??= ObjectMetadata.Timestamp(_clock.GetUtcNow());
        if (type.IsCustom)
        {
            body["apiVersion"] = $"{type.Kind.Group}/{type.StorageVersion}";
        }

        body = type.IsCustom ? body : Representation.Ordered(type, body);
        var key = new ObjectName(type.Kind.Namespaced ? (string?)metadata["namespace"] ?? "" : "", (string?)metadata["name"] ?? "");
        StoredObject? stored;
        do
        {
            stored = Store.Commit(type.Storage, key, Store.Find(type.Storage, key.Namespace, key.Name), body, type.IsCustom);
        }
        while (stored is null);

        Written(type, stored);
    }

    private IEnumerable<IController> SnapshotControllers(SandboxSnapshots driver, ObjectRemover remover)
    {
        var objects = new SnapshotObjects(Store, Kinds, remover, _clock);
        var sidecar = new SnapshotSidecar(objects, driver, Snapshots);
        var volumes = new PlayedObjects(Store, Kinds, _writer, _clock);
        return
        [
            new SnapshotController(objects), sidecar, new GroupSnapshotController(objects, sidecar, Snapshots),
            .. driver.Provisions
                ? [new VolumeBinder(volumes), new VolumeProvisioner(volumes, driver, Snapshots), new VolumePhases(volumes, driver, Snapshots)]
                : Array.Empty<IController>(),
        ];
    }

    private IEnumerable<IController> WorkloadControllers(SandboxWorkloads workloads, bool binds)
    {
        var objects = new PlayedObjects(Store, Kinds, _writer, _clock);
        return
        [
            new PodLife(objects, workloads, binds),
            new DeploymentController(objects),
            new ReplicaSetController(objects),
            new StatefulSetController(objects),
            new DaemonSetController(objects),
            new JobController(objects),
        ];
    }

    private void Written(ResourceType type, StoredObject stored)
    {
        switch (type.Storage)
        {
            case CrdStorage:
                _definitions.Reconcile();
                break;
            case "namespaces" when stored is { Body: not null, Terminating: false }:
                FillNamespace(stored.Name.Name);
                break;
        }
    }

    private void FillNamespace(string name)
    {
        if (Store.Find("serviceaccounts", name, "default") is null)
        {
            Create("v1", "ServiceAccount", name, new JsonObject { ["metadata"] = new JsonObject { ["name"] = "default" } });
        }

        if (Store.Find("configmaps", name, "kube-root-ca.crt") is null)
        {
            Create("v1", "ConfigMap", name, new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["name"] = "kube-root-ca.crt",
                    ["annotations"] = new JsonObject
                    {
                        ["kubernetes.io/description"] = "Contains a CA bundle that can be used to verify the kube-apiserver.",
                    },
                },
                ["data"] = new JsonObject { ["ca.crt"] = _authority },
            });
        }
    }

    private void Create(string apiVersion, string kind, string @namespace, JsonObject body)
    {
        var type = Kinds.FindKind(apiVersion, kind) ?? throw new InvalidOperationException($"{kind} is built in");
        var request = new ResourceRequest(type.Kind.Group, type.Kind.Version, type.Kind.Plural) { Namespace = @namespace, Verb = "create" };
        body["kind"] = kind;
        body["apiVersion"] = apiVersion;
        var controller = new SandboxUser("system:kube-controller-manager", SandboxUser.Masters);
        _writer.Create(request, type, body, new WriteOptions(controller, _clock.GetUtcNow()) { Manager = "kube-controller-manager" });
    }
}
