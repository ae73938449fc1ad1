using Amazon.S3.Model;
using RunAiDr.Core;
using RunAiDr.Data.Dumps;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Data.Dumps;

public sealed class S3StorageTests(DumpServer server) : DumpStorageContract(server), IAsyncLifetime
{
    private S3Server _storage = null!;

    private protected override DumpOptions Options => new() { S3 = Bucket(_storage) };

    public async Task InitializeAsync() => _storage = await S3Server.StartAsync();

    public async Task DisposeAsync() => await _storage.DisposeAsync();

    [Fact]
    public async Task A_large_object_is_uploaded_in_parts_and_read_back_whole()
    {
        using var storage = new S3Storage(Bucket(_storage), Idle);
        var content = new byte[40 * 1024 * 1024 + 7];
        new Random(5).NextBytes(content);
        var folder = new DumpFolder(Cluster, "large");
        await using (var writer = await storage.BeginAsync(folder, CancellationToken.None))
        {
            await using var target = await writer.CreateAsync("large.dump", CancellationToken.None);
            foreach (var chunk in content.Chunk(1_000_003))
            {
                await target.WriteAsync(chunk, CancellationToken.None);
            }

            await target.CompleteAsync(CancellationToken.None);
            await writer.CommitAsync("{}"u8.ToArray(), CancellationToken.None);
        }

        Assert.Equal(content, await ReadAsync("large", "large.dump"));
    }

    [Fact]
    public async Task Of_two_writers_of_one_set_the_first_to_finish_keeps_it()
    {
        using var storage = new S3Storage(Bucket(_storage), Idle);
        var folder = new DumpFolder(Cluster, "contested");
        await using (var slow = await storage.BeginAsync(folder, CancellationToken.None))
        {
            await FillAsync(slow, 4);
            await using (var quick = await storage.BeginAsync(folder, CancellationToken.None))
            {
                await FillAsync(quick, 5);
                await quick.CommitAsync("{}"u8.ToArray(), CancellationToken.None);
            }

            var fault = await Assert.ThrowsAsync<RunAiDrException>(() => slow.CommitAsync("{slow: 1}"u8.ToArray(), CancellationToken.None));
            Assert.Contains("was written to by somebody else", fault.Message, StringComparison.Ordinal);
        }

        Assert.Equal(5, (await storage.FindAsync(folder, CancellationToken.None))?.Files["backend.dump"]);
        Assert.Equal("{}"u8.ToArray(), await ReadAsync("contested", "reference.yaml"));
    }

    [Fact]
    public async Task A_file_that_another_writer_replaced_is_not_committed()
    {
        using var storage = new S3Storage(Bucket(_storage), Idle);
        var folder = new DumpFolder(Cluster, "replaced");
        await using var writer = await storage.BeginAsync(folder, CancellationToken.None);
        await FillAsync(writer, 4);
        await WriteAsync("replaced", "backend.dump", new byte[6]);

        await Assert.ThrowsAsync<RunAiDrException>(() => writer.CommitAsync("{}"u8.ToArray(), CancellationToken.None));
        Assert.Null(await storage.FindAsync(folder, CancellationToken.None));
    }

    [Fact]
    public async Task A_storage_that_stands_still_is_given_up()
    {
        await WriteAsync("stalled", "backend.dump", new byte[32 * 1024 * 1024]);
        await using var front = new TcpFront(_storage.Endpoint);
        using var storage = new S3Storage(
            Bucket(_storage) with { Endpoint = new Uri($"http://127.0.0.1:{front.Port}") }, new IdleLimit(TimeSpan.FromSeconds(1), TimeProvider.System));
        await using var stream = await storage.OpenAsync(new DumpFolder(Cluster, "stalled"), "backend.dump", CancellationToken.None);
        front.IsStalled = true;

        var fault = await Assert.ThrowsAsync<RunAiDrException>(() => stream.CopyToAsync(Stream.Null));

        Assert.Contains("no byte moved for 1 seconds", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_keys_a_missing_bucket_and_a_storage_that_is_away_are_told_apart()
    {
        Assert.Contains("refuses", await MessageAsync(Bucket(_storage) with { SecretKey = () => new("canary-wrong-key") }), StringComparison.Ordinal);
        Assert.Contains("the bucket does not exist", await MessageAsync(Bucket(_storage) with { Bucket = "nobody-made-it" }), StringComparison.Ordinal);
        Assert.Contains("cannot be reached", await MessageAsync(Bucket(_storage) with { Endpoint = new Uri("http://127.0.0.1:9") }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_is_cut_while_reading_is_no_end_of_the_file()
    {
        using var provider = Provider(Server.Postgres, Options);
        var reference = await TakeAsync(provider);
        await using var front = new TcpFront(_storage.Endpoint) { CutAfter = 200_000 };
        using var cut = Provider(Server.Postgres, new DumpOptions { S3 = Bucket(_storage) with { Endpoint = new Uri($"http://127.0.0.1:{front.Port}") } });

        var fault = await Assert.ThrowsAsync<RunAiDrException>(() => cut.VerifyAsync(reference, new Steps(), CancellationToken.None));

        Assert.Equal(Fault.Snapshot, fault.Fault);
    }

    private protected override async Task<byte[]> ReadAsync(string checkpoint, string file)
    {
        using var client = _storage.Client();
        using var answer = await client.GetObjectAsync(S3Server.Bucket, Key(checkpoint, file));
        using var content = new MemoryStream();
        await answer.ResponseStream.CopyToAsync(content);
        return content.ToArray();
    }

    private protected override async Task WriteAsync(string checkpoint, string file, byte[] content)
    {
        using var client = _storage.Client();
        await client.PutObjectAsync(new PutObjectRequest
        {
            BucketName = S3Server.Bucket,
            Key = Key(checkpoint, file),
            InputStream = new MemoryStream(content),
        });
    }

    private protected override Task HalfMakeAsync(string checkpoint) => WriteAsync(checkpoint, "globals.sql", [1, 2, 3, 4]);

    private static string Key(string checkpoint, string file) => $"backups/runai/{Cluster}/{checkpoint}/{file}";

    private static async Task FillAsync(IDumpWriter writer, int bytes)
    {
        await using var target = await writer.CreateAsync("backend.dump", CancellationToken.None);
        await target.WriteAsync(new byte[bytes], CancellationToken.None);
        await target.CompleteAsync(CancellationToken.None);
    }

    private async Task<string> MessageAsync(S3Options bucket)
    {
        using var provider = Provider(Server.Postgres, new DumpOptions { S3 = bucket });
        var fault = await Assert.ThrowsAsync<RunAiDrException>(() => provider.ListAsync(Cluster, CancellationToken.None));
        Assert.DoesNotContain("canary", fault.ToString(), StringComparison.Ordinal);
        return fault.Message;
    }
}
