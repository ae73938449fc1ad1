using Amazon.S3;
using Amazon.S3.Model;

namespace RunAiDr.Data.Dumps;

/// <summary>A set of dumps in a bucket, half-made until its reference is there.</summary>
internal sealed class S3Writer(AmazonS3Client client, S3Options options, string prefix) : IDumpWriter
{
    private readonly List<string> _files = [];
    private bool _committed;

    public async Task<IDumpTarget> CreateAsync(string file, CancellationToken ct)
    {
        var target = await S3Fault.ExplainAsync(options, () => S3Target.BeginAsync(client, options, prefix + file, ct));
        _files.Add(file);
        return target;
    }

    public Task<Stream> OpenAsync(string file, CancellationToken ct) =>
        S3Fault.ExplainAsync(options, () => S3Client.OpenAsync(client, options, prefix + file, ct));

    public async Task CommitAsync(ReadOnlyMemory<byte> reference, CancellationToken ct)
    {
        using var body = new MemoryStream(reference.ToArray());
        await S3Fault.ExplainAsync(options, () => client.PutObjectAsync(
            new PutObjectRequest { BucketName = options.Bucket, Key = prefix + DumpFiles.Reference, InputStream = body, UseChunkEncoding = false }, ct));
        _committed = true;
    }

    /// <summary>Deletes objects of the set, the reference first, and uploads that were begun; false when there are neither.</summary>
    public async Task<bool> ClearAsync(IEnumerable<string> files, CancellationToken ct)
    {
        var any = false;
        foreach (var file in files.OrderByDescending(file => file == DumpFiles.Reference))
        {
            any = true;
            await S3Fault.ExplainAsync(options, () => client.DeleteObjectAsync(options.Bucket, prefix + file, ct));
        }

        foreach (var (key, id) in await S3Uploads.ListAsync(client, options, prefix, ct))
        {
            any = true;
            await S3Uploads.AbortAsync(client, options, key, id);
        }

        return any;
    }

    public async ValueTask DisposeAsync()
    {
        if (_committed)
        {
            return;
        }

        try
        {
            await ClearAsync([.. _files, DumpFiles.Reference], CancellationToken.None);
        }
        catch (Core.RunAiDrException)
        {
            // What fails while cleaning up must not hide why: what is left is listed as half-made.
        }
    }
}
