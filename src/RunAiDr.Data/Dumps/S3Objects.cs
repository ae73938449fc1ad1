using Amazon.S3;
using Amazon.S3.Model;

namespace RunAiDr.Data.Dumps;

/// <summary>Lists objects.</summary>
internal static class S3Objects
{
    /// <summary>Of a list, with a thousand entries each.</summary>
    public const int MostPages = 2_000;

    public static Task<List<(string Key, long Bytes)>> ListAsync(
        AmazonS3Client client, S3Options options, string prefix, CancellationToken ct) => S3Fault.ExplainAsync(options, async () =>
    {
        var objects = new Dictionary<string, long>(StringComparer.Ordinal);
        var request = new ListObjectsV2Request { BucketName = options.Bucket, Prefix = prefix };
        for (var pages = 0; pages < MostPages; pages++)
        {
            var page = await client.ListObjectsV2Async(request, ct);
            foreach (var found in (page.S3Objects ?? []).Where(found => found.Key?.StartsWith(prefix, StringComparison.Ordinal) == true))
            {
                objects[found.Key] = found.Size ?? 0;
            }

            if (page.IsTruncated != true)
            {
                return objects.Select(found => (found.Key, found.Value)).ToList();
            }

            request.ContinuationToken = page.NextContinuationToken;
        }

        throw S3Fault.Endless(options, prefix);
    });
}
