using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using RunAiDr.Cli.Configuration;
using RunAiDr.Core;

namespace RunAiDr.Cli.Service;

/// <summary>
/// Looks for another configuration every half minute. One that is wrong, or that changes what only a restart can (the
/// repository, where the service listens), is told and not taken.
/// </summary>
internal sealed class ConfigWatch : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _changed = new();
    private readonly Invocation _invocation;
    private readonly ILogger _log;
    private readonly ITimer _timer;
    private readonly DrConfig _config;
    private byte[] _seen;

    public ConfigWatch(Invocation invocation, DrConfig config, ILogger log)
    {
        (_invocation, _config, _log) = (invocation, config, log);
        Newest = config;
        _seen = Digest();
        _timer = invocation.Process.Clock.CreateTimer(_ => Look(), null, Interval, Interval);
    }

    /// <summary>Cancelled as soon as there is a new one.</summary>
    public CancellationToken Changed => _changed.Token;

    public DrConfig Newest { get; private set; }

    public void Dispose()
    {
        _timer.Dispose();
        _changed.Dispose();
    }

    private void Look()
    {
        try
        {
            var digest = Digest();
            if (_changed.IsCancellationRequested || digest.AsSpan().SequenceEqual(_seen))
            {
                return;
            }

            _seen = digest;
            var config = Session.ReadConfig(_invocation);
            foreach (var cluster in config.Clusters)
            {
                _ = Connections.ScopeOf(cluster);
            }

            if (config.Repository != _config.Repository || !config.Listen.Equals(_config.Listen))
            {
                _log.ConfigurationNeedsRestart();
                return;
            }

            Newest = config;
            _log.ConfigurationChanged();
            _changed.Cancel();
        }
        catch (Exception failure) when (failure is RunAiDrException or IOException or UnauthorizedAccessException)
        {
            _log.ConfigurationWrong(failure.Message);
        }
    }

    /// <summary>Of the configuration and the scope files together; a file that is missing for a moment counts as empty.</summary>
    private byte[] Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var files = _config.Clusters.Select(cluster => cluster.Scope).OfType<string>()
            .Prepend(_invocation.PathOf(_invocation.Get(_invocation.Globals.Config)!));
        foreach (var file in files.Where(File.Exists))
        {
            hash.AppendData(File.ReadAllBytes(file));
        }

        return hash.GetHashAndReset();
    }
}
