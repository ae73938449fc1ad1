using Microsoft.AspNetCore.Http;
using RunAiDr.Sandbox.Http;

namespace RunAiDr.Sandbox.Security;

/// <summary>Who sends a request: by bearer token, else by client certificate, else nobody; then impersonation.</summary>
internal sealed class Authenticator(
    Certificates certificates, IReadOnlyDictionary<string, SandboxUser> tokens, RbacAuthorizer authorizer)
{
    private const string Bearer = "Bearer ";

    /// <exception cref="StatusException">401 for bad credentials, 403 for a refused impersonation.</exception>
    public SandboxUser UserOf(HttpContext http)
    {
        var user = Sender(http);
        var name = (string?)http.Request.Headers["Impersonate-User"] ?? "";
        var groups = http.Request.Headers["Impersonate-Group"].Select(g => g ?? "").ToArray();
        if (name.Length == 0)
        {
            return groups.Length == 0
                ? user
                : throw Statuses.BadRequest($"requested groups [{string.Join(' ', groups)}] without impersonating a user name");
        }

        if (authorizer.Allow(user, new AccessQuestion("impersonate", "", "users") { Name = name }) is null)
        {
            throw Statuses.Forbidden(
                new Core.Resources.ResourceKind("", "v1", "User", "users", Namespaced: false), name,
                $"User \"{user.Name}\" cannot impersonate resource \"users\" in API group \"\" at the cluster scope");
        }

        return new SandboxUser(name, groups.Length == 0 ? GroupsOf(name) : groups).Authenticated();
    }

    public SandboxUser? UserOfToken(string token) => tokens.TryGetValue(token, out var user) ? user.Authenticated() : null;

    private static string[] GroupsOf(string name) => name.Split(':') is ["system", "serviceaccount", var ns, _]
        ? ["system:serviceaccounts", $"system:serviceaccounts:{ns}"]
        : [];

    private SandboxUser Sender(HttpContext http)
    {
        var header = (string?)http.Request.Headers.Authorization ?? "";
        if (header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            return UserOfToken(header[Bearer.Length..].Trim()) ?? throw Statuses.Unauthorized();
        }

        if (http.Connection.ClientCertificate is not { } certificate)
        {
            return SandboxUser.Anonymous;
        }

        return certificates.Issued(certificate) ? Certificates.UserOf(certificate).Authenticated() : throw Statuses.Unauthorized();
    }
}
