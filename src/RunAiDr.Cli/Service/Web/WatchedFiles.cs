using System.Security.Cryptography;
using RunAiDr.Core;

namespace RunAiDr.Cli.Service.Web;

/// <summary>Something made of files, and made again when they change: they are looked at when it is used, at most every ten seconds.</summary>
internal sealed class WatchedFiles<T>
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly string[] _paths;
    private readonly Func<byte[][], T> _make;
    private readonly Func<RunAiDrException, T, T> _otherwise;
    private readonly TimeProvider _clock;
    private T _newest;
    private byte[] _seen;
    private long _lookedAt;

    /// <param name="paths">The files.</param>
    /// <param name="make">Makes it of their contents, or throws <see cref="RunAiDrException"/>.</param>
    /// <param name="otherwise">What to go on with while the files are wrong, given what there was.</param>
    /// <param name="clock">Tells when to look again.</param>
    /// <exception cref="RunAiDrException">They are wrong now.</exception>
    public WatchedFiles(string[] paths, Func<byte[][], T> make, Func<RunAiDrException, T, T> otherwise, TimeProvider clock)
    {
        (_paths, _make, _otherwise, _clock) = (paths, make, otherwise, clock);
        _lookedAt = clock.GetTimestamp();
        var contents = Read();
        (_newest, _seen) = (make(contents), DigestOf(contents));
    }

    public T Newest()
    {
        lock (_gate)
        {
            if (_clock.GetElapsedTime(_lookedAt) >= Freshness)
            {
                _lookedAt = _clock.GetTimestamp();
                Look();
            }

            return _newest;
        }
    }

    private static byte[] DigestOf(byte[][] contents) => SHA256.HashData([.. contents.SelectMany(SHA256.HashData)]);

    private void Look()
    {
        byte[] digest = [];
        try
        {
            var contents = Read();
            digest = DigestOf(contents);
            if (!digest.AsSpan().SequenceEqual(_seen))
            {
                _newest = _make(contents);
            }
        }
        catch (RunAiDrException fault)
        {
            // Files that are still missing have been told already.
            if (!digest.AsSpan().SequenceEqual(_seen))
            {
                _newest = _otherwise(fault, _newest);
            }
        }

        _seen = digest;
    }

    private byte[][] Read()
    {
        try
        {
            return [.. _paths.Select(File.ReadAllBytes)];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RunAiDrException(
                Fault.Configuration, $"{string.Join(" and ", _paths)} cannot be read: {failure.Message}", "Correct the configuration, or mount the file.", failure);
        }
    }
}
