using Amazon.S3.Model;

namespace RunAiDr.Data.Dumps;

/// <summary>The body of an object. A body that ends early is a fault, not an end, and so is one that stands still.</summary>
internal sealed class S3ReadStream(GetObjectResponse response, S3Options options, IdleLimit idle) : Stream
{
    private readonly long _length = response.ContentLength;
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await idle.RunAsync(
            $"s3://{response.BucketName}/{response.Key}",
            watch => S3Fault.ExplainAsync(options, () => response.ResponseStream.ReadAsync(buffer, watch.Token).AsTask()),
            cancellationToken);
        _read += count;
        return count > 0 || buffer.Length == 0 || _read == _length
            ? count
            : throw DumpFault.Of(
                $"s3://{response.BucketName}/{response.Key} ended after {_read} of {_length} bytes.", "Check the network to the storage, and try again.");
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("It is read asynchronously.");

    public override void Flush()
    {
        // Nothing is written.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            response.Dispose();
        }

        base.Dispose(disposing);
    }
}
