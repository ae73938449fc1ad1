using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Http;

/// <summary>One request to the API server: <paramref name="Path"/> with its query, relative to the server's URL.</summary>
internal sealed record ApiRequest(HttpMethod Method, string Path)
{
    /// <summary>The RBAC verb, for error messages.</summary>
    public string Verb { get; init; } = "get";

    /// <summary>Another verb that is needed besides.</summary>
    public string? AlsoNeeds { get; init; }

    public ResourceKind? Kind { get; init; }

    public string? Namespace { get; init; }

    public string Accept { get; init; } = "application/json";

    /// <summary>How many bytes its answer may have: a CustomResourceDefinition or a discovery document has a few MiB.</summary>
    public long LargestAnswer { get; init; } = 64 * 1024 * 1024;

    public string? ContentType { get; init; }

    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Whether sending it twice does the same as sending it once.</summary>
    public bool Repeatable { get; init; } = true;

    /// <summary><c>list configmaps in namespace team-a</c>.</summary>
    public string What => Kind switch
    {
        null => $"{Method} {Path.Split('?')[0]}",
        _ when Namespace is null => $"{Verb} {Kind.QualifiedName}",
        _ => $"{Verb} {Kind.QualifiedName} in namespace {Namespace}",
    };
}
