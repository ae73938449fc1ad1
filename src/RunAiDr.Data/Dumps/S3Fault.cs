using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using RunAiDr.Core;

namespace RunAiDr.Data.Dumps;

/// <summary>Turns failures of an object storage into ones an operator can act on. Its texts may name keys, so they are not repeated.</summary>
internal static class S3Fault
{
    public static async Task<T> ExplainAsync<T>(S3Options options, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception failure) when (IsOfStorage(failure))
        {
            throw Of(failure, options);
        }
    }

    public static bool IsOfStorage(Exception failure) =>
        failure is AmazonServiceException or AmazonClientException or HttpRequestException or IOException
        || failure is OperationCanceledException { InnerException: TimeoutException };

    private static RunAiDrException Of(Exception failure, S3Options options)
    {
        var where = $"s3://{options.Bucket} at {options.Endpoint?.Authority ?? "AWS"}";
        return failure switch
        {
            AmazonS3Exception { ErrorCode: "NoSuchBucket" } => DumpFault.Of(
                $"{where}: the bucket does not exist.", "Make it, or correct its name.", failure),
            AmazonS3Exception { StatusCode: HttpStatusCode.NotFound } => DumpFault.Of(
                $"{where}: an object is not there.", "Choose another restore point.", failure),
            AmazonS3Exception { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } refusal => DumpFault.Of(
                $"{where} refuses ({refusal.ErrorCode}).", "Check the access key and what it may do: list, read, write and delete objects below the prefix.", failure),
            AmazonServiceException { StatusCode: >= HttpStatusCode.Continue } answer => DumpFault.Of(
                $"{where} answers {(int)answer.StatusCode} ({answer.ErrorCode}).", "See the log of the storage, and try again.", failure),
            AmazonClientException => DumpFault.Of(
                $"{where}: no credentials were found, or the request could not be made.", "Configure the access key and the secret key.", failure),
            _ => DumpFault.Of(
                $"{where} cannot be reached, or the connection was lost.", "Check the endpoint, its certificate and the network between.", failure),
        };
    }
}
