using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Http;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Storage;

namespace RunAiDr.Sandbox.Writing;

/// <summary>Refuses new content where there is no place for it.</summary>
internal sealed class NamespaceGate(ObjectStore store)
{
    private static readonly string[] Immortal = ["default", "kube-system", "kube-public"];

    public void CheckCreate(ResourceType type, string @namespace, string name)
    {
        if (type.Kind.Namespaced)
        {
            var home = store.Find("namespaces", "", @namespace)
                ?? throw Statuses.NotFound(BuiltInKinds.All.First(t => t.Kind.Plural == "namespaces").Kind, @namespace);
            if (home.Terminating)
            {
                throw Statuses.Forbidden(
                    type.Kind, name, $"unable to create new content in namespace {@namespace} because it is being terminated",
                    new JsonObject
                    {
                        ["reason"] = "NamespaceTerminating",
                        ["message"] = $"namespace {@namespace} is being terminated",
                        ["field"] = "metadata.namespace",
                    });
            }
        }

        if (type.Definition is { } definition && store.Find("customresourcedefinitions.apiextensions.k8s.io", "", definition)?.Terminating == true)
        {
            throw Statuses.Forbidden(type.Kind, name, "create not allowed while custom resource definition is terminating");
        }
    }

    public static void CheckDelete(ResourceType type, string name)
    {
        if (type.Kind.QualifiedName == "namespaces" && Immortal.Contains(name, StringComparer.Ordinal))
        {
            throw Statuses.Forbidden(type.Kind, name, "this namespace may not be deleted");
        }
    }
}
