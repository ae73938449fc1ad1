using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Storage;

namespace RunAiDr.Sandbox.Writing;

/// <summary>Gives Services the cluster IP that they did not ask for.</summary>
internal sealed class ServiceAddresses(ObjectStore store)
{
    public void Assign(ResourceType type, JsonObject body)
    {
        if (type.Storage != "services" || body["spec"] is not JsonObject spec || (string?)spec["type"] == "ExternalName")
        {
            return;
        }

        // Derived from the revision: unique until 65,000 writes later, which is enough for something nobody routes to.
        var revision = store.Revision;
        var address = (string?)spec["clusterIP"] is { Length: > 0 } given ? given : $"10.96.{revision / 250 % 256}.{(revision % 250) + 2}";
        spec["clusterIP"] = address;
        spec["clusterIPs"] ??= new JsonArray(address);
        spec["ipFamilies"] ??= new JsonArray("IPv4");
        spec["ipFamilyPolicy"] ??= "SingleStack";
    }
}
