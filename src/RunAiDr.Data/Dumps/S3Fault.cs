using System.Net;
using System.Xml;
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
        failure is AmazonServiceException or AmazonClientException or HttpRequestException or IOException || IsOfContent(failure)
        || failure is OperationCanceledException { InnerException: TimeoutException };

    // The library hands on what its parsers throw.
    private static bool IsOfContent(Exception failure) => failure is FormatException or OverflowException or ArgumentException or XmlException;

    public static RunAiDrException Redirected(S3Options options, HttpResponseMessage answer) => DumpFault.Of(
        $"{Where(options)} answers with a redirect ({(int)answer.StatusCode}) to {ServerText.Of(answer.Headers.Location is { IsAbsoluteUri: true } to ? to.Authority : "another place")}, which is not followed.",
        "Set dumps.s3.endpoint, or dumps.s3.region, to where the bucket is.");

    public static RunAiDrException Endless(S3Options options, string prefix) => DumpFault.Of(
        $"{Where(options)}: the list of {prefix} never ends.", "Look at the log of the storage; it may repeat itself.");

    private static string Where(S3Options options) => $"s3://{options.Bucket} at {options.Endpoint?.Authority ?? "AWS"}";

    private static RunAiDrException Of(Exception failure, S3Options options)
    {
        var where = Where(options);
        return failure switch
        {
            AmazonS3Exception { ErrorCode: "NoSuchBucket" } => DumpFault.Of(
                $"{where}: the bucket does not exist.", "Make it, or correct its name.", failure),
            AmazonS3Exception { StatusCode: HttpStatusCode.NotFound } => DumpFault.Of(
                $"{where}: an object is not there.", "Choose another restore point.", failure),
            AmazonS3Exception { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } refusal => DumpFault.Of(
                $"{where} refuses ({ServerText.Of(refusal.ErrorCode, options.SecretKey?.Invoke())}).", "Check the access key and what it may do: list, read, write and delete objects below the prefix.", failure),
            AmazonServiceException { StatusCode: >= HttpStatusCode.Continue } answer => DumpFault.Of(
                $"{where} answers {(int)answer.StatusCode} ({ServerText.Of(answer.ErrorCode, options.SecretKey?.Invoke())}).", "See the log of the storage, and try again.", failure),
            AmazonClientException => DumpFault.Of(
                $"{where}: no credentials were found, or the request could not be made.", "Configure the access key and the secret key.", failure),
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => DumpFault.Of(
                $"{where}: no secure connection: {ServerText.Of(failure.GetBaseException().Message)}", "Check the endpoint, its certificate and dumps.s3.caFile.", failure),
            HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => DumpFault.Of(
                $"{where} answers with more than such an answer can have.", "Check that the endpoint is that of an S3 storage."),
            _ when IsOfContent(failure) => DumpFault.Of(
                $"{where} answers, but not as an S3 storage.", "Check the endpoint, and look for a proxy that changes answers."),
            _ => DumpFault.Of(
                $"{where} cannot be reached, or the connection was lost.", "Check the endpoint, its certificate and the network between.", failure),
        };
    }
}
