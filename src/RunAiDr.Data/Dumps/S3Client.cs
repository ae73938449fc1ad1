using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using RunAiDr.Core;

namespace RunAiDr.Data.Dumps;

/// <summary>Connects to a bucket as the options say.</summary>
internal static class S3Client
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);

    /// <exception cref="RunAiDrException">The file of authorities cannot be read.</exception>
    public static AmazonS3Client Create(S3Options options)
    {
        var config = new AmazonS3Config
        {
            Timeout = Timeout,

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

        if (options.AuthorityFile is { } file)
        {
            config.HttpClientFactory = new TrustingFactory(AuthorityFile.TrustOnly(file), file);
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

    private sealed class TrustingFactory(X509ChainPolicy policy, string file) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig)
        {
            return new HttpClient(new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy },
            })
            {
                Timeout = Timeout,
            };
        }

        public override string GetConfigUniqueString(IClientConfig clientConfig) => file;
    }
}
