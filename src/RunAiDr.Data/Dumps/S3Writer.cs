using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using RunAiDr.Core;

namespace RunAiDr.Data.Dumps;

/// <summary>
/// A set of dumps in a bucket, half-made until its reference is there. A bucket has no locks, so another process may write
/// the same set: whoever finishes first keeps it, and nobody deletes what another one finished.
/// </summary>
internal sealed class S3Writer(AmazonS3Client client, S3Options options, string prefix, IdleLimit idle) : IDumpWriter
{
    private readonly Dictionary<string, S3Target> _files = [];
    private byte[]? _reference;
    private bool _committed;

    private string ReferenceKey => prefix + DumpFiles.Reference;

    public async Task<IDumpTarget> CreateAsync(string file, CancellationToken ct)
    {
        var target = await S3Fault.ExplainAsync(options, () => S3Target.BeginAsync(client, options, prefix + file, ct));
        _files[file] = target;
        return target;
    }

    public Task<Stream> OpenAsync(string file, CancellationToken ct) =>
        S3Fault.ExplainAsync(options, () => S3Client.OpenAsync(client, options, prefix + file, idle, ct));

    public async Task CommitAsync(ReadOnlyMemory<byte> reference, CancellationToken ct)
    {
        var stored = (await S3Objects.ListAsync(client, options, prefix, ct)).ToDictionary(entry => entry.Key, entry => entry.Bytes);
        if (stored.ContainsKey(ReferenceKey) || _files.Any(file => stored.GetValueOrDefault(prefix + file.Key, -1) != file.Value.Bytes))
        {
            throw Contested();
        }

        _reference = reference.ToArray();
        _committed = await S3Fault.ExplainAsync(options, () => PutReferenceAsync(_reference, ct)) ? true : throw Contested();
    }

    /// <summary>Deletes objects of the set, the reference first, and uploads that were begun; false when there are neither.</summary>
    public async Task<bool> ClearAsync(IEnumerable<string> files, CancellationToken ct)
    {
        var any = await DeleteAsync(files, ct);
        foreach (var (key, id) in await S3Uploads.ListAsync(client, options, prefix, ct))
        {
            any = true;
            await S3Uploads.AbortAsync(client, options, key, id);
        }

        return any;
    }

    // Uploads that were begun are aborted by their targets.
    public async ValueTask DisposeAsync()
    {
        if (_committed)
        {
            return;
        }

        try
        {
            var stored = await S3Objects.ListAsync(client, options, prefix, CancellationToken.None);
            if (stored.TrueForAll(entry => entry.Key != ReferenceKey))
            {
                await DeleteAsync(_files.Keys, CancellationToken.None);
            }
            else if (await IsOursAsync(CancellationToken.None))
            {
                await DeleteAsync([DumpFiles.Reference, .. _files.Keys], CancellationToken.None);
            }
        }
        catch (RunAiDrException)
        {
            // What fails while cleaning up must not hide why: what is left is listed as half-made.
        }
    }

    private async Task<bool> DeleteAsync(IEnumerable<string> files, CancellationToken ct)
    {
        var any = false;
        foreach (var file in files.OrderByDescending(file => file == DumpFiles.Reference))
        {
            any = true;
            await S3Fault.ExplainAsync(options, () => client.DeleteObjectAsync(options.Bucket, prefix + file, ct));
        }

        return any;
    }

    /// <summary>False when somebody else's is there.</summary>
    private async Task<bool> PutReferenceAsync(byte[] reference, CancellationToken ct)
    {
        try
        {
            await PutAsync("*");
            return true;
        }
        catch (AmazonS3Exception failure) when (failure.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict)
        {
            // A first try may have arrived although its answer did not.
            return await IsOursAsync(ct);
        }
        catch (AmazonS3Exception failure) when (failure.StatusCode == HttpStatusCode.NotImplemented)
        {
            // Such a storage knows no conditions; nobody's was there a moment ago.
            await PutAsync(condition: null);
            return true;
        }

        async Task PutAsync(string? condition)
        {
            using var body = new MemoryStream(reference);
            await client.PutObjectAsync(
                new PutObjectRequest { BucketName = options.Bucket, Key = ReferenceKey, InputStream = body, UseChunkEncoding = false, IfNoneMatch = condition }, ct);
        }
    }

    private async Task<bool> IsOursAsync(CancellationToken ct)
    {
        if (_reference is null)
        {
            return false;
        }

        await using var stored = await OpenAsync(DumpFiles.Reference, ct);
        if (stored.Length != _reference.Length)
        {
            return false;
        }

        using var content = new MemoryStream();
        await stored.CopyToAsync(content, ct);
        return content.ToArray().AsSpan().SequenceEqual(_reference);
    }

    private RunAiDrException Contested() => DumpFault.Of(
        $"s3://{options.Bucket}/{prefix} was written to by somebody else meanwhile.", "See that only one runai-dr takes a checkpoint of this name, and give the next one another name.");
}
