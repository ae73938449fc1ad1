using Amazon.S3;
using Amazon.S3.Model;

namespace RunAiDr.Data.Dumps;

/// <summary>Lists objects.</summary>
internal static class S3Objects
{
    public static Task<List<(string Key, long Bytes)>> ListAsync(
        AmazonS3Client client, S3Options options, string prefix, CancellationToken ct) => S3Fault.ExplainAsync(options, async () =>
    {
        var objects = new List<(string, long)>();
        var request = new ListObjectsV2Request { BucketName = options.Bucket, Prefix = prefix };
        ListObjectsV2Response page;
        do
        {
            page = await client.ListObjectsV2Async(request, ct);
            objects.AddRange((page.S3Objects ?? []).Select(found => (found.Key, found.Size ?? 0)));
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);

        return objects;
    });
}
