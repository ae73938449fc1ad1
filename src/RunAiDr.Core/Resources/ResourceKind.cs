namespace RunAiDr.Core.Resources;

/// <summary>A group/version/resource as the API server serves it. <paramref name="Plural"/> is the name in URLs.</summary>
public sealed record ResourceKind(string Group, string Version, string Kind, string Plural, bool Namespaced)
{
    /// <summary><c>v1</c> for the core group, <c>group/version</c> otherwise.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary><c>configmaps</c>, <c>projects.run.ai</c>: how kubectl and the DR repository call the kind whatever its version.</summary>
    public string QualifiedName => Qualify(Group, Plural);

    internal static string Qualify(string group, string plural) => group.Length == 0 ? plural : $"{plural}.{group}";

    /// <summary>Takes an apiVersion apart; the core group is the empty text.</summary>
    internal static (string Group, string Version) Split(string apiVersion)
    {
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? ("", apiVersion) : (apiVersion[..slash], apiVersion[(slash + 1)..]);
    }
}
