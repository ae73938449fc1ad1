using Amazon.S3;
using Amazon.S3.Model;

namespace RunAiDr.Tests.Support;

public class S3ServerTests
{
    [Fact]
    public async Task What_is_put_can_be_got()
    {
        await using var server = await S3Server.StartAsync();
        using var client = server.Client();
        await client.PutObjectAsync(new PutObjectRequest { BucketName = S3Server.Bucket, Key = "a/b", ContentBody = "some text" });

        using var answer = await client.GetObjectAsync(S3Server.Bucket, "a/b");
        using var reader = new StreamReader(answer.ResponseStream);
        Assert.Equal("some text", await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task An_object_of_several_parts_is_put_together()
    {
        await using var server = await S3Server.StartAsync();
        using var client = server.Client();
        var bytes = new byte[(5 * 1024 * 1024) + 3];
        new Random(1).NextBytes(bytes);
        var upload = await client.InitiateMultipartUploadAsync(S3Server.Bucket, "large");
        var request = new CompleteMultipartUploadRequest { BucketName = S3Server.Bucket, Key = "large", UploadId = upload.UploadId };
        foreach (var (number, part) in new[] { (1, bytes[..(5 * 1024 * 1024)]), (2, bytes[(5 * 1024 * 1024)..]) })
        {
            request.AddPartETags(await client.UploadPartAsync(new UploadPartRequest
            {
                BucketName = S3Server.Bucket,
                Key = "large",
                UploadId = upload.UploadId,
                PartNumber = number,
                InputStream = new MemoryStream(part),
            }));
        }

        await client.CompleteMultipartUploadAsync(request);

        using var answer = await client.GetObjectAsync(S3Server.Bucket, "large");
        var copy = new MemoryStream();
        await answer.ResponseStream.CopyToAsync(copy);
        Assert.Equal(bytes, copy.ToArray());
    }

    [Fact]
    public async Task Another_secret_key_is_refused()
    {
        await using var server = await S3Server.StartAsync();
        using var client = server.Client("another");

        var refusal = await Assert.ThrowsAsync<AmazonS3Exception>(() => client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = S3Server.Bucket }));
        Assert.Equal("SignatureDoesNotMatch", refusal.ErrorCode);
    }
}
