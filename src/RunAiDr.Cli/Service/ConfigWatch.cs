using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using RunAiDr.Cli.Configuration;
using RunAiDr.Core;
using RunAiDr.Git;

namespace RunAiDr.Cli.Service;

/// <summary>
/// Looks for another configuration every half minute, and at once on SIGHUP. One that is wrong, or that changes what only
/// a restart can (the repository, where and to whom the service answers), is told and not taken.
/// </summary>
internal sealed class ConfigWatch : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Invocation _invocation;
    private readonly ILogger _log;
    private CancellationTokenSource _outdated = new();
    private DrConfig _newest;
    private byte[] _seen;
    private ITimer? _timer;
    private PosixSignalRegistration? _hangUp;

    /// <exception cref="RunAiDrException">The configuration is wrong.</exception>
    public ConfigWatch(Invocation invocation, ILogger log)
    {
        (_invocation, _log) = (invocation, log);
        _newest = Session.ReadConfig(invocation);
        _seen = Digest();
    }

    public DrConfig Newest
    {
        get
        {
            lock (_gate)
            {
                return _newest;
            }
        }
    }

    /// <summary>Begins to look: at once, for what has changed since the first reading.</summary>
    public void Start()
    {
        _timer = _invocation.Process.Clock.CreateTimer(_ => Look(), null, TimeSpan.Zero, Interval);
        _hangUp = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            Look();
        });
    }

    /// <summary>The configuration to work with now, and a token that is cancelled as soon as there is a newer one.</summary>
    public (DrConfig Config, CancellationToken Outdated) Take()
    {
        lock (_gate)
        {
            _outdated.Dispose();
            _outdated = new CancellationTokenSource();
            return (_newest, _outdated.Token);
        }
    }

    public void Dispose()
    {
        _hangUp?.Dispose();
        _timer?.Dispose();
        lock (_gate)
        {
            _outdated.Dispose();
        }
    }

    private void Look()
    {
        try
        {
            if (Taken() is { } outdated)
            {
                _log.ConfigurationChanged();
                outdated.Cancel();
            }
        }
        catch (RunAiDrException fault)
        {
            _log.ConfigurationWrong(fault.Message);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A file that is being replaced; the next look finds it whole.
            _log.ConfigurationWrong(failure.Message);
        }
        catch (ObjectDisposedException)
        {
            // The service has just stopped, or has just taken the newest one by itself.
        }
    }

    /// <summary>What to cancel for a new configuration; null when there is none that can be taken.</summary>
    private CancellationTokenSource? Taken()
    {
        lock (_gate)
        {
            var digest = Digest();
            if (digest.AsSpan().SequenceEqual(_seen))
            {
                return null;
            }

            _seen = digest;
            var config = Session.ReadConfig(_invocation);
            Check(config);
            if (config.Repository != _newest.Repository || config.Web != _newest.Web)
            {
                _log.ConfigurationNeedsRestart();
                return null;
            }

            _newest = config;
            return _outdated;
        }
    }

    /// <summary>What the service would find wrong only after the old configuration is gone.</summary>
    private void Check(DrConfig config)
    {
        foreach (var cluster in config.Clusters)
        {
            _ = Connections.ScopeOf(cluster);
            _ = Connections.RulesOf(cluster);
            _ = Connections.Of(_invocation, cluster);
        }

        if (config.LeaderElection.Enabled)
        {
            _ = Replicas.NamespaceOf(config.LeaderElection);
        }

        GitStateStore.EnsureCanSign(Session.StoreOptions(config));
        Repositories.RemoteOf(config, _invocation.Process.Clock)?.Dispose();
    }

    /// <summary>Of the configuration, the files of scopes and secret rules, and those that say how secrets are encrypted, together; one that is missing, or may not be read, counts as empty: whoever needs it tells.</summary>
    private byte[] Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var files = _newest.Clusters.SelectMany(cluster => new[] { cluster.Scope, cluster.SecretRules }).OfType<string>()
            .Concat(_newest.Sealing?.Files ?? []).Prepend(_invocation.PathOf(_invocation.Get(_invocation.Globals.Config)!));
        foreach (var file in files.Where(File.Exists))
        {
            try
            {
                hash.AppendData(File.ReadAllBytes(file));
            }
            catch (UnauthorizedAccessException)
            {
                hash.AppendData([]);
            }
        }

        return hash.GetHashAndReset();
    }
}
