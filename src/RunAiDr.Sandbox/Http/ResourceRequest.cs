using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Security;

namespace RunAiDr.Sandbox.Http;

/// <summary>What a request asks of which resource. Empty texts stand for absent parts.</summary>
internal sealed record ResourceRequest(string Group, string Version, string Plural)
{
    public string Verb { get; init; } = "";

    public string Namespace { get; init; } = "";

    public string Name { get; init; } = "";

    public string Subresource { get; init; } = "";

    public bool IsWatch { get; init; }

    /// <summary>Reads <c>/api/v1/…</c> and <c>/apis/&lt;group&gt;/&lt;version&gt;/…</c>; null for any other path.</summary>
    public static ResourceRequest? Parse(IReadOnlyList<string> path)
    {
        var (group, rest) = path switch
        {
            ["api", ..] => ("", path.Skip(1).ToList()),
            ["apis", var name, ..] => (name, path.Skip(2).ToList()),
            _ => ("", new List<string>()),
        };
        if (rest.Count < 2)
        {
            return null;
        }

        var request = new ResourceRequest(group, rest[0], "");
        var parts = rest.Skip(1).ToList();
        if (parts[0] == "watch" && parts.Count > 1)
        {
            request = request with { IsWatch = true };
            parts.RemoveAt(0);
        }

        // namespaces/x/status is of the namespace itself, namespaces/x/pods of what is in it.
        return parts is ["namespaces", var ns, var plural, ..] && plural is not ("status" or "finalize")
            ? (request with { Namespace = ns }).Of(parts.Skip(2).ToList())
            : request.Of(parts);
    }

    private ResourceRequest? Of(List<string> parts) => parts.Count switch
    {
        1 => this with { Plural = parts[0] },
        2 => this with { Plural = parts[0], Name = parts[1] },
        3 => this with { Plural = parts[0], Name = parts[1], Subresource = parts[2] },
        _ => null,
    };

    /// <summary>Whether the path fits the scope of the kind: cluster-scoped kinds have no namespace, objects of others need one.</summary>
    public bool Fits(ResourceType type) =>
        type.Kind.Namespaced ? Namespace.Length > 0 || Name.Length == 0 : Namespace.Length == 0;

    /// <summary>As the authorizer sees it; the namespace of a namespace object is itself.</summary>
    public AccessQuestion Question => new(Verb, Group, Plural)
    {
        Subresource = Subresource,
        Namespace = Plural == "namespaces" && Group.Length == 0 && Name.Length > 0 ? Name : Namespace,
        Name = Name,
    };
}
