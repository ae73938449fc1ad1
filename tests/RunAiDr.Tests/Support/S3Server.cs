using System.Globalization;
using Amazon.Runtime;
using Amazon.S3;
using RunAiDr.Sandbox.Envtest;
using RunAiDr.Tests.Git.Remote;

namespace RunAiDr.Tests.Support;

/// <summary>An S3 storage of its own on a loopback port, with one bucket; gone with the test. It checks signatures.</summary>
internal sealed class S3Server : IAsyncDisposable
{
    public const string Bucket = "dr-test";

    public const string AccessKey = "RUNAIDRTESTACCESSKEY";

    public const string SecretKey = "canary-s3-secret-key-8c21";

    private readonly TestDirectory _directory = new();
    private readonly BackgroundProgram _process;

    private S3Server(int port)
    {
        Endpoint = new Uri($"http://127.0.0.1:{port}");
        var root = Path.Combine(RepositoryFiles.Root, "build/tools/s3rver/node_modules/s3rver");
        var script = Path.Combine(AppContext.BaseDirectory, "TestData/s3rver/server.js");
        _process = BackgroundProgram.Start(
            "node", [script, root, _directory.Path, port.ToString(CultureInfo.InvariantCulture), Bucket, AccessKey, SecretKey], GitHttpServer.Missing);
    }

    public Uri Endpoint { get; }

    public static async Task<S3Server> StartAsync()
    {
        var server = new S3Server(FreePort.Next());
        try
        {
            await GitHttpServer.WaitAsync(server.Endpoint.Port, [server._process]);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client with default settings.</summary>
    public AmazonS3Client Client(string secretKey = SecretKey) => new(
        new BasicAWSCredentials(AccessKey, secretKey),
        new AmazonS3Config { ServiceURL = Endpoint.AbsoluteUri, AuthenticationRegion = "us-east-1", ForcePathStyle = true });

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _directory.Dispose();
    }
}
