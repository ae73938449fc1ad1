using LibGit2Sharp;

namespace RunAiDr.Git;

/// <summary>Opens repositories with libgit2 set up as we need it.</summary>
internal static class GitLibrary
{
    static GitLibrary()
    {
        // What a user's or a machine's Git configuration says must not change a restore point.
        foreach (var level in (ConfigurationLevel[])[ConfigurationLevel.Global, ConfigurationLevel.Xdg, ConfigurationLevel.System])
        {
            GlobalSettings.SetConfigSearchPaths(level, "/nonexistent");
        }

        // It would keep every tree of a repository that was walked once, up to 256 MB, for as long as the service runs.
        GlobalSettings.SetEnableCaching(false);

        // The transports of libgit2 1.5 have no time limit and hand on errors as text only. Over the ssh program an
        // operator also gets known_hosts, agents and jump hosts as everywhere else; over git's own programs the hooks of
        // a remote on disk run.
        GlobalSettings.RegisterSmartSubtransport<HttpTransport>("https");
        GlobalSettings.RegisterSmartSubtransport<HttpTransport>("http");
        GlobalSettings.RegisterSmartSubtransport<ProgramTransport>("ssh");
        GlobalSettings.RegisterSmartSubtransport<ProgramTransport>("file");
    }

    public static Repository Open(string path)
    {
        var repository = new Repository(path);
        repository.ObjectDatabase.AddBackend(
            new LooseObjects(Path.Combine(repository.Info.Path, "objects")), LooseObjects.Priority);
        return repository;
    }
}
