using RunAiDr.Core;
using RunAiDr.Core.Resources;

namespace RunAiDr.Git;

/// <summary>Where a remote is: what an operator may write as its URL, taken apart.</summary>
internal sealed class RemoteAddress
{
    private RemoteAddress(Uri uri) => Uri = uri;

    /// <summary>Of scheme https, http, ssh or file.</summary>
    public Uri Uri { get; }

    public bool IsHttp => Uri.Scheme == Uri.UriSchemeHttps || Uri.Scheme == Uri.UriSchemeHttp;

    public bool IsSsh => Uri.Scheme == "ssh";

    /// <summary>The path on the other side, as the programs of Git take it.</summary>
    public string Path
    {
        get
        {
            var path = Uri.UnescapeDataString(Uri.AbsolutePath);
            return path.StartsWith("/~", StringComparison.Ordinal) ? path[1..] : path;
        }
    }

    /// <exception cref="RunAiDrException">It holds a password, or is of a kind that is not understood.</exception>
    public static RemoteAddress Parse(string url)
    {
        if (url.StartsWith('/'))
        {
            return new RemoteAddress(new UriBuilder(Uri.UriSchemeFile, "") { Path = Escaped(url) }.Uri);
        }

        if (!url.Contains("://", StringComparison.Ordinal))
        {
            return new RemoteAddress(OfScp(url));
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            // A URL that cannot be taken apart is not shown: there is no telling where a password may be in it.
            throw Refused("The URL of the remote cannot be understood, or has a query or a fragment.");
        }

        var user = uri.UserInfo;
        if (user.Contains(':', StringComparison.Ordinal) || (user.Length > 0 && uri.Scheme != "ssh"))
        {
            throw Refused($"The URL of the remote on {Visible.Text(uri.Host)} has credentials in it, which would end up in logs and process lists.");
        }

        return uri switch
        {
            { Scheme: "http", IsLoopback: false } =>
                throw Refused($"The remote on {Visible.Text(uri.Host)} is not encrypted: anybody on the way could read and forge restore points."),
            { Scheme: "https" or "http" } => new RemoteAddress(uri),
            { Scheme: "ssh" } => new RemoteAddress(Ssh(uri)),
            { Scheme: "file", Host: "" } => new RemoteAddress(uri),
            _ => throw Refused($"Remotes of kind {uri.Scheme}:// are not understood."),
        };
    }

    public override string ToString() => Visible.Text(Uri.Scheme == Uri.UriSchemeFile ? Path : Uri.ToString());

    private static Uri OfScp(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || text.AsSpan(colon + 1).IndexOfAny(":@[") >= 0)
        {
            // As above: user:password@host looks like this too.
            throw Refused("The URL of the remote is neither a URL, nor user@host:path, nor an absolute path.");
        }

        // Such a path is relative to the home directory.
        var path = text[(colon + 1)..];
        var rooted = path.StartsWith('/') ? path : "/~/" + path;
        return Uri.TryCreate($"ssh://{text[..colon]}{Escaped(rooted)}", UriKind.Absolute, out var uri)
            ? Ssh(uri)
            : throw Refused("The URL of the remote cannot be understood as user@host:path.");
    }

    // A host or user that looks like an option must not reach the ssh program.
    private static Uri Ssh(Uri uri) => uri.Host.Length > 0 && uri.Host[0] != '-' && !uri.UserInfo.StartsWith('-')
        ? uri
        : throw Refused("The URL of the remote names no host that ssh can connect to.");

    private static string Escaped(string path) =>
        string.Join('/', path.Split('/').Select(Uri.EscapeDataString)).Replace("%7E", "~", StringComparison.Ordinal);

    private static RunAiDrException Refused(string message) => new(
        Fault.Configuration,
        message,
        "Give https://host/path, ssh://user@host/path, user@host:path or an absolute path, and credentials apart from it.");
}
