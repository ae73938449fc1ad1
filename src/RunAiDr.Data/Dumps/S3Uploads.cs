using System.Net;
using Amazon.S3;
using Amazon.S3.Model;

namespace RunAiDr.Data.Dumps;

/// <summary>Uploads in parts that were begun: they are no objects yet, and take up space.</summary>
internal static class S3Uploads
{
    /// <summary>None where the storage cannot tell.</summary>
    public static Task<List<(string Key, string Id)>> ListAsync(
        AmazonS3Client client, S3Options options, string prefix, CancellationToken ct) => S3Fault.ExplainAsync(options, async () =>
    {
        var uploads = new List<(string, string)>();
        var request = new ListMultipartUploadsRequest { BucketName = options.Bucket, Prefix = prefix };
        try
        {
            for (var pages = 0; pages < S3Objects.MostPages; pages++)
            {
                var page = await client.ListMultipartUploadsAsync(request, ct);
                uploads.AddRange((page.MultipartUploads ?? [])
                    .Where(upload => upload.Key?.StartsWith(prefix, StringComparison.Ordinal) == true && upload.UploadId is not null)
                    .Select(upload => (upload.Key, upload.UploadId)));
                if (page.IsTruncated != true)
                {
                    return uploads;
                }

                (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
            }
        }
        catch (AmazonS3Exception failure) when (failure.StatusCode == HttpStatusCode.NotImplemented)
        {
            // Such a storage keeps no list of them.
            return uploads;
        }

        throw S3Fault.Endless(options, prefix);
    });

    public static async Task AbortAsync(AmazonS3Client client, S3Options options, string key, string id)
    {
        try
        {
            await client.AbortMultipartUploadAsync(
                new AbortMultipartUploadRequest { BucketName = options.Bucket, Key = key, UploadId = id }, CancellationToken.None);
        }
        catch (Exception failure) when (S3Fault.IsOfStorage(failure))
        {
            // What fails while cleaning up must not hide why: such an upload is listed as half-made.
        }
    }
}
