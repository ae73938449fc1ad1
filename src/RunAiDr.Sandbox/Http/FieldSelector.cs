using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Storage;

namespace RunAiDr.Sandbox.Http;

/// <summary>A field selector over the fields that a kind supports.</summary>
internal sealed class FieldSelector
{
    private static readonly Dictionary<string, string[]> Supported = new(StringComparer.Ordinal)
    {
        ["namespaces"] = ["name", "status.phase"],
        ["secrets"] = ["type"],
        ["nodes"] = ["spec.unschedulable"],
        ["pods"] = ["spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "status.phase", "status.podIP"],
        ["events"] =
        [
            "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
            "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
            "reportingComponent", "source", "type",
        ],
        ["replicasets.apps"] = ["status.replicas"],
        ["replicationcontrollers"] = ["status.replicas"],
        ["jobs.batch"] = ["status.successful"],
    };

    private readonly List<(string Path, string Value, bool Equal)> _terms;

    private FieldSelector(List<(string, string, bool)> terms) => _terms = terms;

    public bool IsEverything => _terms.Count == 0;

    /// <summary>The name when the selector is <c>metadata.name=x</c>: then a right on that name is enough.</summary>
    public string? SingleName => _terms.Find(t => t is { Path: "metadata.name", Equal: true }).Value;

    /// <exception cref="StatusException">400: a field that this kind does not support.</exception>
    public static FieldSelector Parse(string text, ResourceType type)
    {
        var terms = new List<(string, string, bool)>();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var unequal = part.IndexOf("!=", StringComparison.Ordinal);
            var at = unequal >= 0 ? unequal : part.IndexOf('=', StringComparison.Ordinal);
            if (at < 0)
            {
                throw Statuses.BadRequest($"invalid selector: '{text}'; can't understand '{part}'");
            }

            var path = part[..at];
            CheckSupported(path, type);
            terms.Add((path, part[at..].TrimStart('!', '='), unequal < 0));
        }

        return new FieldSelector(terms);
    }

    public bool Matches(StoredObject stored)
    {
        JsonObject? body = null;
        foreach (var (path, value, equal) in _terms)
        {
            var actual = path switch
            {
                "metadata.name" or "name" => stored.Name.Name,
                "metadata.namespace" => stored.Name.Namespace,
                _ => At(body ??= stored.Read(), path),
            };
            if (actual == value != equal)
            {
                return false;
            }
        }

        return true;
    }

    private static void CheckSupported(string path, ResourceType type)
    {
        if (path is "metadata.name" or "metadata.namespace"
            || (Supported.TryGetValue(type.Kind.QualifiedName, out var fields) && fields.Contains(path, StringComparer.Ordinal)))
        {
            return;
        }

        throw Statuses.BadRequest(type.IsCustom
            ? $"field label not supported: {path}"
            : $"\"{path}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
    }

    private static string At(JsonObject body, string path)
    {
        JsonNode? node = body;
        foreach (var name in path.Split('.'))
        {
            node = (node as JsonObject)?[name];
        }

        return node?.ToString() ?? "";
    }
}
