using System.Globalization;
using Microsoft.AspNetCore.Http;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Security;
using RunAiDr.Sandbox.Storage;

namespace RunAiDr.Sandbox.Http;

/// <summary>Tunnels to the port of a pod, over WebSockets only; what the options name stands for the pod.</summary>
internal sealed class PortForwardEndpoint(ObjectStore store, RbacAuthorizer authorizer, SandboxOptions options)
{
    private const string Protocol = "v4.channel.k8s.io";

    public async Task ConnectAsync(HttpContext http, ResourceRequest request, ResourceType type, SandboxUser user, CancellationToken ct)
    {
        // Since Kubernetes 1.35 the right to get is not enough for an upgrade.
        if (authorizer.Allow(user, request.Question with { Verb = "create" }) is null)
        {
            throw Statuses.Forbidden(type.Kind, request.Name, "");
        }

        if (request.Verb is not ("get" or "create"))
        {
            throw Statuses.MethodNotAllowed();
        }

        _ = store.Find(type.Storage, request.Namespace, request.Name) ?? throw Statuses.NotFound(type.Kind, request.Name);
        if (!http.WebSockets.IsWebSocketRequest)
        {
            throw Statuses.BadRequest("Upgrade request required");
        }

        if (!int.TryParse(http.Request.Query["ports"], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port is < 1 or > ushort.MaxValue)
        {
            throw Statuses.BadRequest("query parameter \"port\" is required");
        }

        if (!http.WebSockets.WebSocketRequestedProtocols.Contains(Protocol))
        {
            throw Statuses.BadRequest($"requested protocol(s) are not supported; supports [{Protocol}]");
        }

        using var web = await http.WebSockets.AcceptWebSocketAsync(Protocol);
        var tunnel = new PodTunnel(web, port, options.Clock);
        await tunnel.RunAsync(options.PodPorts(request.Namespace, request.Name, port), request.Name, ct);
    }
}
