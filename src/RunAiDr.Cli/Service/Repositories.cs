using RunAiDr.Cli.Configuration;
using RunAiDr.Core.Review;
using RunAiDr.Core.Secrets;
using RunAiDr.Forges;
using RunAiDr.Git;

namespace RunAiDr.Cli.Service;

/// <summary>The DR repository of the service: made where it is missing, and its remote.</summary>
internal static class Repositories
{
    /// <summary>
    /// Makes the repository when its folder is absent or empty, or was left half made: a copy of the remote, or a new one with the seed.
    /// </summary>
    /// <exception cref="Core.RunAiDrException">The remote, the folder or the key that signs cannot be used.</exception>
    public static async Task PrepareAsync(DrConfig config, Invocation invocation, CancellationToken ct)
    {
        GitStateStore.EnsureCanSign(Session.StoreOptions(config));
        UnfinishedRepository.Remove(config.Repository);
        if (Directory.Exists(config.Repository) && Directory.EnumerateFileSystemEntries(config.Repository).Any())
        {
            return;
        }

        var clock = invocation.Process.Clock;
        if (RemoteOptions(config) is { } remote)
        {
            await GitRemote.CloneBareAsync(remote, clock, ct);

            // What it lacks of the seed would be a commit of ours where only people commit.
            using var copy = GitStateStore.Open(Session.StoreOptions(config), clock);
            if (config.Review is not null && copy.HasRecord)
            {
                return;
            }
        }

        GitStateStore.Init(Templates.Folder("repository"), Session.StoreOptions(config), clock);
    }

    /// <summary>The remote, null when there is none.</summary>
    public static GitRemote? RemoteOf(DrConfig config, TimeProvider clock) =>
        RemoteOptions(config) is { } remote ? GitRemote.Open(remote, clock) : null;

    private static GitRemoteOptions? RemoteOptions(DrConfig config) => config.Remote is not { } remote
        ? null
        : new GitRemoteOptions
        {
            Repository = Session.StoreOptions(config),
            Url = remote.Url,
            Reviews = config.Review is not null,
            Clusters = [.. config.Clusters.Select(cluster => cluster.Name)],
            Username = remote.Username ?? "git",
            Password = Secret(remote.TokenFile),
            AuthorityFile = remote.CaFile,
            Proxy = remote.Proxy is { } proxy ? new Uri(proxy) : null,
            SshKeyFile = remote.SshKeyFile,
            SshPassphrase = Secret(remote.PassphraseFile),
            KnownHostsFile = remote.KnownHostsFile,
        };

    /// <summary>Where the pull requests are; null when there are none.</summary>
    /// <param name="config">Names the forge.</param>
    /// <param name="limit">Shared by all that use its token.</param>
    /// <param name="clock">The time.</param>
    public static IForge? ForgeOf(DrConfig config, ForgeLimit limit, TimeProvider clock) => config.Review?.Provider is not { } review
        ? null
        : Forge.Open(
            new ForgeOptions
            {
                Kind = review.Kind,
                Address = review.Address,
                Repository = review.Repository,
                Token = () => SecretFile.Read(review.TokenFile, "review.tokenFile"),
                AuthorityFile = review.CaFile,
                Proxy = review.Proxy is { } proxy ? new Uri(proxy) : null,
                Limit = limit,
            },
            clock);

    private static Func<SecretText?>? Secret(string? path) => path is null ? null : () => SecretFile.Read(path, "remote");
}
