using Amazon.S3;
using Amazon.S3.Model;

namespace RunAiDr.Data.Dumps;

/// <summary>An object that is uploaded in parts: one is filled while the one before is sent, so memory holds two.</summary>
internal sealed class S3Target : IDumpTarget
{
    private const int FirstPartSize = 16 * 1024 * 1024;
    private const int PartsPerSize = 2000; // of the 10,000 that an object may have: it may be a terabyte large

    private readonly AmazonS3Client _client;
    private readonly S3Options _options;
    private readonly InitiateMultipartUploadResponse _upload;
    private readonly List<PartETag> _sent = [];
    private MemoryStream _filling = new();
    private MemoryStream _sending = new();
    private Task _send = Task.CompletedTask;
    private int _parts;
    private bool _ended;

    private S3Target(AmazonS3Client client, S3Options options, InitiateMultipartUploadResponse upload) =>
        (_client, _options, _upload) = (client, options, upload);

    /// <summary>How many were written.</summary>
    public long Bytes { get; private set; }

    private long PartSize => (long)FirstPartSize << (_parts / PartsPerSize);

    public static async Task<S3Target> BeginAsync(AmazonS3Client client, S3Options options, string key, CancellationToken ct)
    {
        var request = new InitiateMultipartUploadRequest { BucketName = options.Bucket, Key = key };
        return new S3Target(client, options, await client.InitiateMultipartUploadAsync(request, ct));
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        Bytes += bytes.Length;
        while (bytes.Length > 0)
        {
            // Some storages want parts of one size, and memory of a power of two is not doubled for a byte more.
            var room = (int)(PartSize - _filling.Length);
            var fitting = bytes[..Math.Min(room, bytes.Length)];
            _filling.Write(fitting.Span);
            bytes = bytes[fitting.Length..];
            if (_filling.Length == PartSize)
            {
                await SendAsync(ct);
            }
        }
    }

    public async Task CompleteAsync(CancellationToken ct)
    {
        if (_filling.Length > 0 || _parts == 0)
        {
            await SendAsync(ct);
        }

        await _send;
        var request = new CompleteMultipartUploadRequest
        {
            BucketName = _options.Bucket,
            Key = _upload.Key,
            UploadId = _upload.UploadId,
            PartETags = _sent,
        };
        await S3Fault.ExplainAsync(_options, () => _client.CompleteMultipartUploadAsync(request, ct));
        _ended = true;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAny(_send);
        if (!_ended)
        {
            await S3Uploads.AbortAsync(_client, _options, _upload.Key, _upload.UploadId);
        }

        await _filling.DisposeAsync();
        await _sending.DisposeAsync();
    }

    private async Task SendAsync(CancellationToken ct)
    {
        await _send;
        (_filling, _sending) = (_sending, _filling);
        _filling.SetLength(0);
        _send = SendPartAsync(++_parts, ct);
    }

    private async Task SendPartAsync(int number, CancellationToken ct)
    {
        _sending.Position = 0;
        var request = new UploadPartRequest
        {
            BucketName = _options.Bucket,
            Key = _upload.Key,
            UploadId = _upload.UploadId,
            PartNumber = number,
            PartSize = _sending.Length,
            InputStream = _sending,
            UseChunkEncoding = false,
        };
        var part = await S3Fault.ExplainAsync(_options, () => _client.UploadPartAsync(request, ct));
        _sent.Add(new PartETag(number, part.ETag));
    }
}
