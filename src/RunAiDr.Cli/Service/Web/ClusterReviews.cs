using System.Security.Cryptography;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;
using RunAiDr.Core;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Cli.Service.Web;

/// <summary>
/// Lets an API server say whose a token is (TokenReview) and whether he may get the path (SubjectAccessReview), and
/// remembers what it said for a short while.
/// </summary>
internal sealed class ClusterReviews : IDisposable
{
    private const int MostRemembered = 2_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Granted = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan NotGranted = TimeSpan.FromSeconds(10);

    // Whoever sends wrong tokens must not keep the API server busy.
    private readonly ConcurrencyLimiter _turns = new(new ConcurrencyLimiterOptions { PermitLimit = 8, QueueLimit = 64 });
    private readonly MemoryCache _remembered;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private ClusterClient _cluster;
    private bool _failing;

    public ClusterReviews(ClusterConnection connection, TimeProvider clock, ILogger log)
    {
        (_clock, _log) = (clock, log);
        _cluster = new ClusterClient(connection, clock);
        _remembered = new MemoryCache(new MemoryCacheOptions { SizeLimit = MostRemembered, Clock = new CacheClock(clock) });
    }

    /// <summary>Asks another API server from now on.</summary>
    public void Use(ClusterConnection connection) => Interlocked.Exchange(ref _cluster, new ClusterClient(connection, _clock)).Dispose();

    public async ValueTask<Verdict> JudgeAsync(SecretText token, string path, CancellationToken ct)
    {
        var key = (Convert.ToHexString(SHA256.HashData(token.RevealBytes())), path);
        if (_remembered.TryGetValue(key, out Verdict verdict))
        {
            return verdict;
        }

        using var patience = new CancellationTokenSource(Patience, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        try
        {
            using var turn = await _turns.AcquireAsync(1, either.Token);
            if (turn.IsAcquired && !_remembered.TryGetValue(key, out verdict))
            {
                verdict = await AskAsync(token, path, either.Token);
                Remember(key, verdict);
                _failing = false;
            }

            return turn.IsAcquired ? verdict : Verdict.Undecided;
        }
        catch (RunAiDrException fault)
        {
            return Failed(fault.Message, fault.Remedy);
        }
        catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException && !ct.IsCancellationRequested)
        {
            return Failed("it did not answer in time.", "Check the network and the load of the API server.");
        }
    }

    public void Dispose()
    {
        _cluster.Dispose();
        _remembered.Dispose();
        _turns.Dispose();
    }

    private async Task<Verdict> AskAsync(SecretText token, string path, CancellationToken ct)
    {
        var cluster = _cluster;
        return await cluster.ReviewTokenAsync(token, ct) is not { } user ? Verdict.Unknown
            : await cluster.MayGetPathAsync(user, path, ct) ? Verdict.Granted : Verdict.Refused;
    }

    private void Remember(object key, Verdict verdict)
    {
        var granted = verdict == Verdict.Granted;
        _remembered.Set(key, verdict, new MemoryCacheEntryOptions
        {
            Size = 1,
            AbsoluteExpirationRelativeToNow = granted ? Granted : NotGranted,

            // Wrong tokens make room first, however many there are.
            Priority = granted ? CacheItemPriority.High : CacheItemPriority.Low,
        });
    }

    private Verdict Failed(string message, string remedy)
    {
        if (!_failing)
        {
            _log.ReviewsFailed(message, remedy);
        }

        _failing = true;
        return Verdict.Undecided;
    }
}
