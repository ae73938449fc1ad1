using System.Net;
using System.Net.Sockets;
using RunAiDr.Core;
using RunAiDr.Core.Resources;

namespace RunAiDr.Git;

/// <summary>What can go wrong with a remote, in words an operator can act on. No commit is lost by any of it.</summary>
internal static class RemoteFault
{
    private const int LongestReason = 400;

    public static RunAiDrException Of(HttpStatusCode status, RemoteAddress address, string location) => status switch
    {
        HttpStatusCode.Unauthorized => Fault(
            $"{address} refused the credentials (401).", "Renew the token or password, and check the user name that goes with it."),
        HttpStatusCode.Forbidden => Fault(
            $"{address} does not permit this (403).", "Give the token the right to read and write this repository."),
        HttpStatusCode.NotFound => Fault(
            $"There is no Git repository at {address}, or these credentials may not see it (404).",
            "Check the URL, create the repository, and give the token the right to read and write it."),
        HttpStatusCode.ProxyAuthenticationRequired => Fault(
            $"The proxy on the way to {address} wants credentials (407).", "Name a proxy that lets this host through without."),
        HttpStatusCode.RequestEntityTooLarge => Fault(
            $"{address} takes no push of this size (413).", "Raise the limit of the server or of the proxy before it (nginx: client_max_body_size)."),
        >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest => Fault(
            $"{address} has moved to {Reason(location)} ({(int)status}); a redirect is not followed, as it would take the credentials along.",
            "Write the new URL into the configuration, without /info/refs at its end."),
        _ => Fault(
            $"{address} answered with status {(int)status}.", "Look at the log of that server; the push is tried again."),
    };

    public static RunAiDrException Of(HttpRequestException failure, RemoteAddress address) => failure.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => Fault(
            $"The name {address.Uri.Host} cannot be resolved.", "Check the URL of the remote and the name service of this host.", failure),
        HttpRequestError.SecureConnectionError => Fault(
            $"No secure connection to {address}: {Innermost(failure)}",
            "Its certificate must bear this host's name and come from an authority of the system or of the configured file.",
            failure),
        // What the framework tells of it quotes the answer.
        HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded => NotGit(address),
        HttpRequestError.ProxyTunnelError => Fault(
            $"The proxy does not connect to {address}: {Innermost(failure)}", "Check the address of the proxy and what it permits.", failure),
        _ => Unreachable(address, Innermost(failure), failure),
    };

    public static RunAiDrException Unreachable(RemoteAddress address, string how, Exception? failure = null) => Fault(
        $"{address} cannot be reached: {Reason(how)}",
        "Check the URL, and the network, firewall and proxy on the way to it; the push is tried again.",
        failure);

    public static RunAiDrException NotGit(RemoteAddress address) => Fault(
        $"{address} answers, but not as a Git repository.", "Give the URL for cloning, not that of a web page.");

    public static RunAiDrException Silent(RemoteAddress address, TimeSpan limit) => Fault(
        $"{address} was silent for {limit.TotalSeconds:0} s.", "Check the server and the network; the push is tried again.");

    public static RunAiDrException Endless(RemoteAddress address, TimeSpan limit) => Fault(
        $"The conversation with {address} was not over after {limit.TotalMinutes:0} minutes.", "Check the server and the network; the push is tried again.");

    public static RunAiDrException TooMuch(RemoteAddress address, long most) => Fault(
        $"{address} lists references, or reports of a push, in more than {most >> 20} MiB.", "Look at that repository: delete references that nobody needs.");

    public static RunAiDrException SshFailed(RemoteAddress address, string printed) => Fault(
        $"ssh does not connect to {address}: {Reason(printed)}",
        "The host key must be in known_hosts (ssh-keyscan shows it; compare it first), the key readable and permitted on the server, its passphrase right.");

    public static RunAiDrException ProgramFailed(RemoteAddress address, string printed) => Fault(
        $"{address} cannot be used as a Git repository: {Reason(printed)}",
        "Check the path and that this user may read and write the repository.");

    public static RunAiDrException NoProgram(string program, Exception failure) => new(
        Core.Fault.Configuration, $"The program {program} cannot be started.", $"Install it ({program}).", failure);

    // Without the exception: it repeats what the server said.
    public static RunAiDrException Protocol(RemoteAddress address, string words) => Fault(
        $"The conversation with {address} failed: {Reason(words)}",
        "Look at the log of that server; the push is tried again.");

    public static RunAiDrException Declined(RemoteAddress address, string reference, string reason) => Fault(
        $"{address} declined {reference}: {Reason(reason)}",
        "Let this user push there (branch protection, hooks, quotas), or use review mode. The commits are kept and pushed later.");

    public static RunAiDrException Rewritten(RemoteAddress address, string path, string branch, (string Old, string New) tips) => Fault(
        $"The history of {branch} on {address} was rewritten: commit {tips.Old} is not in it any more. Nothing was changed here.",
        $"If that was a mistake, push {tips.Old} there again. If it was meant, run `git -C {path} update-ref {RemoteRefs.Accepted} {tips.New}`; "
        + "then only commits that were never pushed are put onto the new history.");

    public static RunAiDrException TagTaken(RemoteAddress address, IEnumerable<string> tags) => Fault(
        $"{address} has other tags of the same name: {string.Join(", ", tags.Take(5))}. Everything else was pushed.",
        "A tag never moves: delete the wrong one of each pair (git tag -d here, or git push --delete there).");

    public static RunAiDrException Busy(RemoteAddress address, int attempts) => Fault(
        $"The branch on {address} moved {attempts} times while a push was made.", "Find out what else pushes there so often; the push is tried again.");

    private static string Innermost(Exception failure) => failure.GetBaseException() switch
    {
        SocketException socket => socket.SocketErrorCode.ToString(),
        var inner => inner.Message,
    };

    /// <summary>What a program or a server said, as one line.</summary>
    public static string Reason(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var line = Visible.Text(string.Join("; ", lines));
        return line switch
        {
            "" => "no reason was given.",
            { Length: > LongestReason } => line[^LongestReason..],
            _ => line,
        };
    }

    private static RunAiDrException Fault(string message, string remedy, Exception? failure = null) =>
        new(Core.Fault.Remote, message, remedy, failure);
}
