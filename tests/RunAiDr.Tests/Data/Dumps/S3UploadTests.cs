using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using RunAiDr.Core;
using RunAiDr.Data.Dumps;
using RunAiDr.Tests.Cluster;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Data.Dumps;

/// <summary>Uploads that are not brought to an end, on a storage that can list and abort them, behind a company's own authority.</summary>
public sealed class S3UploadTests : IAsyncLifetime, IDisposable
{
    private const string Key = "research/weekly-1/backend.dump";

    private static readonly DumpFolder Set = new("research", "weekly-1");

    private static readonly IdleLimit Idle = new(TimeSpan.FromMinutes(5), TimeProvider.System);

    private readonly TestAuthority _authority = new();
    private readonly TestDirectory _folder = new();
    private readonly ConcurrentDictionary<string, string> _uploads = new();
    private LoopbackServer _server = null!;

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(_folder.File("ca.crt"), _authority.Pem);
        _server = await LoopbackServer.StartAsync(AnswerAsync, _authority.Issue("localhost"));
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_upload_that_fails_is_aborted()
    {
        using var storage = new S3Storage(Options, Idle);
        await using (var writer = await storage.BeginAsync(Set, CancellationToken.None))
        {
            await using var target = await writer.CreateAsync("backend.dump", CancellationToken.None);
            await target.WriteAsync(new byte[4], CancellationToken.None);
            Assert.Equal(Key, Assert.Single(_uploads).Value);

            var fault = await Assert.ThrowsAsync<RunAiDrException>(() => target.CompleteAsync(CancellationToken.None));

            Assert.Contains("refuses (AccessDenied)", fault.Message, StringComparison.Ordinal);
        }

        Assert.Empty(_uploads);
    }

    [Fact]
    public async Task An_upload_of_a_killed_process_is_listed_as_half_made_and_deleted()
    {
        using var storage = new S3Storage(Options, Idle);
        _uploads["abandoned"] = Key;

        var stored = Assert.Single(await storage.ListAsync("research", CancellationToken.None));

        Assert.Equal(Set, stored.Folder);
        Assert.False(stored.IsWhole);
        Assert.True(await storage.DeleteAsync(Set, CancellationToken.None));
        Assert.Empty(_uploads);
        Assert.False(await storage.DeleteAsync(Set, CancellationToken.None));
    }

    [Fact]
    public async Task A_reference_that_somebody_else_wrote_in_the_last_moment_is_not_overwritten()
    {
        using var storage = new S3Storage(Options, Idle);
        await using var writer = await storage.BeginAsync(Set, CancellationToken.None);

        var fault = await Assert.ThrowsAsync<RunAiDrException>(() => writer.CommitAsync("{}"u8.ToArray(), CancellationToken.None));

        Assert.Contains("was written to by somebody else", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_storage_of_another_authority_is_not_spoken_to()
    {
        await File.WriteAllTextAsync(_folder.File("other.crt"), new TestAuthority("other").Pem);
        using var storage = new S3Storage(Options with { AuthorityFile = _folder.File("other.crt") }, Idle);

        var fault = await Assert.ThrowsAsync<RunAiDrException>(() => storage.ListAsync("research", CancellationToken.None));

        Assert.Contains("no secure connection: The remote certificate is invalid", fault.Message, StringComparison.Ordinal);
    }

    private S3Options Options => new()
    {
        Bucket = "dr",
        Endpoint = _server.Url,
        AccessKey = () => new("key"),
        SecretKey = () => new("canary-secret"),
        AuthorityFile = _folder.File("ca.crt"),
    };

    private async Task AnswerAsync(HttpContext http)
    {
        var (method, query) = (http.Request.Method, http.Request.Query);
        var id = (string?)query["uploadId"] ?? "";
        switch (method)
        {
            case "GET" when query.ContainsKey("uploads"):
                await http.Response.WriteAsync(
                    $"<ListMultipartUploadsResult>{string.Concat(_uploads.Select(u => $"<Upload><Key>{u.Value}</Key><UploadId>{u.Key}</UploadId></Upload>"))}</ListMultipartUploadsResult>");
                break;
            case "GET":
                await http.Response.WriteAsync("<ListBucketResult><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>");
                break;
            case "POST" when query.ContainsKey("uploads"):
                var key = http.Request.Path.Value!["/dr/".Length..];
                _uploads["begun"] = key;
                await http.Response.WriteAsync(
                    $"<InitiateMultipartUploadResult><Bucket>dr</Bucket><Key>{key}</Key><UploadId>begun</UploadId></InitiateMultipartUploadResult>");
                break;
            case "PUT" when http.Request.Headers.IfNoneMatch == "*":
                http.Response.StatusCode = StatusCodes.Status412PreconditionFailed;
                await http.Response.WriteAsync("<Error><Code>PreconditionFailed</Code></Error>");
                break;
            case "DELETE" when id.Length == 0 || _uploads.TryRemove(id, out _):
                http.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
            default:
                http.Response.StatusCode = StatusCodes.Status403Forbidden;
                await http.Response.WriteAsync("<Error><Code>AccessDenied</Code></Error>");
                break;
        }
    }
}
