using System.Text;
using RunAiDr.Core;

namespace RunAiDr.Cluster.Http;

/// <summary>Turns what went wrong between us and the API server into a failure the operator can act on.</summary>
internal static class ApiFailure
{
    private const int LongestQuote = 200;
    private const int Quotable = 64 * 1024;

    /// <summary>For an answer that is not what was asked for.</summary>
    public static RunAiDrException From(ApiRequest request, ApiAnswer answer, Uri server)
    {
        var status = answer.ToStatus();
        var where = $"{server.Authority}: {request.What}";
        return answer.Status switch
        {
            >= 300 and < 400 => Unreachable(
                $"{where}: the server answered with a redirect ({answer.Status}) to {answer.Words.Of(answer.Location ?? "another path")}",
                "Set the URL in the kubeconfig to the API server itself; redirects are not followed."),
            401 => new RunAiDrException(
                Fault.ClusterRefused,
                $"{where}: the server does not accept the credentials (401 {status?.Reason})",
                "Log in again or renew the certificate or token of this kubeconfig user."),
            403 => new RunAiDrException(
                Fault.ClusterRefused, $"{where}: forbidden (403): {status?.Message}", RuleFor(request)),
            404 when request.Kind is not null => new RunAiDrException(
                Fault.ClusterRefused,
                $"{where}: not found (404): {status?.Message ?? request.Kind.ApiVersion + " does not serve it (any more)"}",
                "Check that its CustomResourceDefinition is installed and serves this version."),
            429 => Unreachable($"{where}: the server is overloaded (429), also after waiting", "Try again later."),
            _ when status is not null => new RunAiDrException(
                answer.Status >= 500 ? Fault.ClusterUnreachable : Fault.ClusterRefused,
                $"{where}: {answer.Status} {status.Reason}: {status.Message}",
                "See the message of the server."),
            _ => NotAnApiServer(request, answer, server),
        };
    }

    /// <summary>For an answer no API server gives: a login page, a proxy's error, half a document.</summary>
    public static RunAiDrException NotAnApiServer(ApiRequest request, ApiAnswer answer, Uri server) => Unreachable(
        $"{server.Authority}: {request.What}: the answer ({answer.Status}, {answer.Words.Of(answer.MediaType ?? "no content type")}) "
            + $"is not that of an API server{Quote(answer)}",
        "Check the server URL and the proxy of the kubeconfig, and that the API server is healthy.");

    public static RunAiDrException Broken(ApiRequest request, Uri server, string why) => Unreachable(
        $"{server.Authority}: {request.What}: {why}",
        "Try again; if it stays, look for a proxy or load balancer that cuts answers.");

    public static RunAiDrException TooLarge(ApiRequest request, Uri server) => Unreachable(
        $"{server.Authority}: {request.What}: the answer is larger than {request.LargestAnswer / 1024 / 1024} MiB",
        "Look at what the server holds there: no API server sends as much at once.");

    /// <summary>Whether the way to the server or back failed.</summary>
    public static bool IsOfTransport(Exception failure) =>
        failure is HttpRequestException or IOException or TimeoutException or InvalidDataException;

    /// <summary>For a failure on the way to the server or back.</summary>
    public static RunAiDrException From(ApiRequest request, Exception failure, Uri server, string? distrust)
    {
        var where = $"{server.Authority}: {request.What}";
        var (why, remedy) = failure switch
        {
            TimeoutException => (failure.Message, "Check the network and the load of the API server."),
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } =>
                ("the host name is not known", "Check the server URL of the kubeconfig and the DNS."),
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } =>
                ($"no connection ({SocketErrorOf(failure)})", "Check the server URL, the network and that the API server runs."),
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } when distrust is not null =>
                ($"the server is not trusted: {distrust}",
                    "Check certificate-authority, tls-server-name and the server's certificate."),
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
                ("the TLS handshake failed", "Check that the port speaks TLS and accepts the client certificate."),
            HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } =>
                ($"the headers of the answer are larger than {Transport.LargestHeaders} KiB", "Check the server URL of the kubeconfig."),
            HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } =>
                ("the answer is not HTTP", "Check the server URL of the kubeconfig, and that the port speaks what it says."),
            InvalidDataException => ("the answer cannot be unpacked", "Try again; look for a proxy that changes answers."),
            HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } =>
                ("the proxy refused the connection", "Check proxy-url and its credentials."),
            _ => ("the connection ended in the middle of the answer", "Try again; look for a proxy that cuts answers."),
        };

        // That of the framework quotes such an answer, which may hold the credentials.
        return Unreachable($"{where}: {why}", remedy, failure is HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } ? null : failure);
    }

    private static RunAiDrException Unreachable(string message, string remedy, Exception? inner = null) =>
        new(Fault.ClusterUnreachable, message, remedy, inner);

    private static string RuleFor(ApiRequest request) => request.Kind is not { } kind
        ? $"Allow this user to {request.Verb} {request.Path.Split('?')[0]} (nonResourceURLs of a ClusterRole)."
        : $"Grant it with the RBAC rule apiGroups: [\"{kind.Group}\"], resources: [\"{kind.Plural}\"], "
            + $"verbs: [{(request.AlsoNeeds is null ? "" : $"\"{request.AlsoNeeds}\", ")}\"{request.Verb}\"] "
            + (request.Namespace is null ? "in a ClusterRole." : $"in a ClusterRole, or in a Role of namespace {request.Namespace}.");

    private static string SocketErrorOf(Exception failure) =>
        failure.InnerException is System.Net.Sockets.SocketException socket ? socket.SocketErrorCode.ToString() : "failed";

    // The first words tell a login page from an ingress error; they are flattened for one line of a terminal.
    private static string Quote(ApiAnswer answer)
    {
        var text = Encoding.UTF8.GetString(answer.Body.Span[..Math.Min(answer.Body.Length, Quotable)]);
        var words = answer.Words.Of(string.Join(' ', new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)])
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        return answer.IsJson || words.Length == 0 ? "" : $"; it begins: {words[..Math.Min(words.Length, LongestQuote)]}";
    }
}
