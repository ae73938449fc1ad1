using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using RunAiDr.Core;

namespace RunAiDr.Data.Dumps;

/// <summary>Connects to a bucket as the options say.</summary>
internal static class S3Client
{
    /// <exception cref="RunAiDrException">The file of authorities cannot be read, or the endpoint is not encrypted.</exception>
    public static AmazonS3Client Create(S3Options options)
    {
        if (options.Endpoint is { Scheme: "http", IsLoopback: false } clear)
        {
            throw new RunAiDrException(
                Fault.Configuration, $"The storage at {clear.Authority} is not encrypted: dumps would be readable on the way.", "Use an https endpoint, and dumps.s3.caFile where its authority is your own.");
        }

        if (options.AuthorityFile is { } file)
        {
            _ = AuthorityFile.TrustOnly(file); // the library makes its client at the first request only
        }

        var config = new AmazonS3Config
        {
            Timeout = S3Transport.Timeout,
            HttpClientFactory = new S3Transport(options),

            // Checksums that only AWS knows are refused by other storages.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Endpoint is { } endpoint)
        {
            (config.ServiceURL, config.AuthenticationRegion, config.ForcePathStyle) = (endpoint.AbsoluteUri, options.Region, true);
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }

        return options is { AccessKey: { } access, SecretKey: { } secret }
            ? new AmazonS3Client(new ReadKeys(access, secret), config)
            : new AmazonS3Client(config);
    }

    public static async Task<Stream> OpenAsync(AmazonS3Client client, S3Options options, string key, IdleLimit idle, CancellationToken ct)
    {
        var request = new GetObjectRequest { BucketName = options.Bucket, Key = key };
        var response = await idle.RunAsync($"s3://{options.Bucket}/{key}", watch => client.GetObjectAsync(request, watch.Token), ct);
        return new S3ReadStream(response, options, idle);
    }

    /// <summary>Keys that are read again for each request, so that they can be exchanged.</summary>
    private sealed class ReadKeys(Func<Core.Secrets.SecretText> access, Func<Core.Secrets.SecretText> secret) : AWSCredentials
    {
        public override ImmutableCredentials GetCredentials() => new(access().Reveal(), secret().Reveal(), token: null);
    }
}
