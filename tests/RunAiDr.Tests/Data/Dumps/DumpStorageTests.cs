using RunAiDr.Core;
using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Dumps;
using RunAiDr.Data.Postgres;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Data.Dumps;

/// <summary>What becomes of sets of dumps in a storage. Run against a folder and against an S3 server.</summary>
public abstract class DumpStorageContract(DumpServer server) : DumpScene, IClassFixture<DumpServer>
{
    private protected DumpServer Server => server;

    private protected abstract DumpOptions Options { get; }

    [Fact]
    public async Task A_set_is_listed_checked_and_deleted()
    {
        using var provider = Provider(server.Postgres, Options);
        var reference = await TakeAsync(provider);
        await TakeAsync(provider, checkpoint: "weekly-2");

        var listed = await provider.ListAsync(Cluster, CancellationToken.None);

        Assert.Equal(["weekly-1", "weekly-2"], listed.Select(set => set.Checkpoint));
        Assert.All(listed, set => Assert.Null(set.Defect));
        Assert.Equal((reference.Location, reference.TakenAt), (listed[0].Location, listed[0].TakenAt));
        Assert.True(listed[0].Bytes >= reference.Bytes);
        Assert.Null(await provider.CheckAsync(reference, CancellationToken.None));
        Assert.Empty(await provider.ListAsync("other", CancellationToken.None));
        Assert.True(await provider.DeleteAsync(reference.Location, CancellationToken.None));
        Assert.False(await provider.DeleteAsync(reference.Location, CancellationToken.None));
        Assert.Contains("is not there", await provider.CheckAsync(reference, CancellationToken.None), StringComparison.Ordinal);
        Assert.Equal("weekly-2", Assert.Single(await provider.ListAsync(Cluster, CancellationToken.None)).Checkpoint);
    }

    [Fact]
    public async Task The_storage_holds_the_reference_so_that_a_set_can_be_used_without_Git()
    {
        using var provider = Provider(server.Postgres, Options);
        var reference = await TakeAsync(provider);

        var stored = SnapshotReference.Parse(await ReadAsync("weekly-1", "reference.yaml"), "reference.yaml");

        Assert.Equal(reference.ToBytes(), stored.ToBytes());
        Assert.Equal(["globals.sql", "backend.dump"], stored.Dump!.Files.Select(file => file.Name));
    }

    [Fact]
    public async Task A_half_made_set_is_listed_with_its_defect_and_made_anew_or_deleted()
    {
        using var provider = Provider(server.Postgres, Options);
        await HalfMakeAsync("weekly-1");
        await HalfMakeAsync("weekly-2");

        var listed = await provider.ListAsync(Cluster, CancellationToken.None);

        Assert.Equal(["weekly-1", "weekly-2"], listed.Select(set => set.Checkpoint));
        Assert.All(listed, set => Assert.Contains("half-made", set.Defect, StringComparison.Ordinal));
        Assert.All(listed, set => Assert.Equal(4, set.Bytes));
        await TakeAsync(provider);
        Assert.True(await provider.DeleteAsync(listed[1].Location, CancellationToken.None));
        Assert.Null(Assert.Single(await provider.ListAsync(Cluster, CancellationToken.None)).Defect);
    }

    [Fact]
    public async Task A_changed_byte_is_found_by_reading_and_a_changed_size_by_looking()
    {
        using var provider = Provider(server.Postgres, Options);
        var reference = await TakeAsync(provider);
        var content = await ReadAsync("weekly-1", "backend.dump");

        content[content.Length / 2] ^= 1;
        await WriteAsync("weekly-1", "backend.dump", content);
        Assert.Null(await provider.CheckAsync(reference, CancellationToken.None));
        Assert.Contains("SHA-256", await provider.VerifyAsync(reference, new Steps(), CancellationToken.None), StringComparison.Ordinal);

        await WriteAsync("weekly-1", "backend.dump", content[..^1]);
        Assert.Contains("bytes instead of", await provider.CheckAsync(reference, CancellationToken.None), StringComparison.Ordinal);
        Assert.Contains("bytes instead of", Assert.Single(await provider.ListAsync(Cluster, CancellationToken.None)).Defect, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_reference_is_a_defect()
    {
        using var provider = Provider(server.Postgres, Options);
        var reference = await TakeAsync(provider);

        await WriteAsync("weekly-1", "reference.yaml", "dump: [\n"u8.ToArray());

        var listed = Assert.Single(await provider.ListAsync(Cluster, CancellationToken.None));
        Assert.Contains("reference.yaml", listed.Defect, StringComparison.Ordinal);
        Assert.True(await provider.DeleteAsync(reference.Location, CancellationToken.None));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/etc/ssl")]
    [InlineData("{root}")]
    [InlineData("{root}/research")]
    [InlineData("{root}/../research/weekly-1")]
    [InlineData("{root}/research/..")]
    [InlineData("{root}//research/weekly-1")]
    [InlineData("{root}/research/weekly-1/")]
    [InlineData("s3://other/research/weekly-1")]
    [InlineData("")]
    public async Task What_is_not_a_set_below_the_configured_place_is_not_deleted(string location)
    {
        using var provider = Provider(server.Postgres, Options);
        var reference = await TakeAsync(provider);
        var root = reference.Location[..^"/research/weekly-1".Length];

        var fault = await Assert.ThrowsAsync<RunAiDrException>(
            () => provider.DeleteAsync(location.Replace("{root}", root, StringComparison.Ordinal), CancellationToken.None));

        Assert.Equal(Fault.Snapshot, fault.Fault);
        Assert.Null(await provider.CheckAsync(reference, CancellationToken.None));
    }

    [Fact]
    public async Task A_reference_whose_names_lead_elsewhere_opens_nothing()
    {
        using var provider = Provider(server.Postgres, Options);
        var reference = await TakeAsync(provider);
        var file = reference.Dump!.Files[0] with { Name = "../../../../../etc/passwd" };
        var evil = reference with { Dump = reference.Dump with { Files = [file] } };

        await Assert.ThrowsAsync<RunAiDrException>(() => provider.OpenAsync(evil, file.Name, CancellationToken.None));
        await Assert.ThrowsAsync<RunAiDrException>(() => provider.OpenAsync(reference, "reference.yaml", CancellationToken.None));
        Assert.NotNull(await provider.CheckAsync(evil, CancellationToken.None));
    }

    [Fact]
    public async Task A_storage_that_gives_back_other_bytes_than_it_got_fails_the_snapshot()
    {
        var options = Options;
        IDumpStorage real = options.S3 is { } bucket ? new S3Storage(bucket, Idle) : new DirectoryStorage(Dumps);
        using var provider = new PgDumpSnapshots(
            new PostgresConnector(server.Postgres.Options(RunAiSchema.Database)), options, TimeProvider.System, new FlippingStorage(real));

        var failure = await FailureAsync(provider);

        Assert.Contains("is not what was written", failure, StringComparison.Ordinal);
        Assert.Contains("backend.dump", failure, StringComparison.Ordinal);
    }

    private protected abstract Task<byte[]> ReadAsync(string checkpoint, string file);

    private protected abstract Task WriteAsync(string checkpoint, string file, byte[] content);

    /// <summary>Leaves what a killed process leaves: a file of four bytes and no reference.</summary>
    private protected abstract Task HalfMakeAsync(string checkpoint);
}

public sealed class DirectoryStorageTests(DumpServer server) : DumpStorageContract(server)
{
    private protected override DumpOptions Options => new() { Directory = Dumps };

    [Fact]
    public async Task Only_the_owner_may_read_a_set()
    {
        using var provider = Provider(Server.Postgres);
        await TakeAsync(provider);

        Assert.Equal("700 600 600 600", await ModesAsync());
    }

    [Fact]
    public async Task A_set_that_another_process_writes_is_left_alone()
    {
        using var provider = Provider(Server.Postgres);
        var path = Path.Combine(Dumps, Cluster, "weekly-1.partial");
        Directory.CreateDirectory(path);
        using var other = DirectoryWriter.Lock(path);

        var outcome = Assert.Single(await provider.TakeAsync(Request(), new Steps(), CancellationToken.None));
        var fault = await Assert.ThrowsAsync<RunAiDrException>(() => provider.DeleteAsync(path, CancellationToken.None));

        Assert.Contains("another runai-dr", outcome.Failure, StringComparison.Ordinal);
        Assert.Contains("another runai-dr", fault.Message, StringComparison.Ordinal);
        Assert.True(Directory.Exists(path));
    }

    [Fact]
    public async Task A_folder_of_somebody_else_is_neither_listed_nor_deleted()
    {
        using var provider = Provider(Server.Postgres);
        var path = Path.Combine(Dumps, Cluster, "photos");
        Directory.CreateDirectory(path);
        await File.WriteAllTextAsync(Path.Combine(path, "cat.jpg"), "cat");

        Assert.Empty(await provider.ListAsync(Cluster, CancellationToken.None));
        await Assert.ThrowsAsync<RunAiDrException>(() => provider.DeleteAsync(path, CancellationToken.None));
        Assert.True(File.Exists(Path.Combine(path, "cat.jpg")));
    }

    [Fact]
    public async Task A_set_is_found_where_its_folder_was_moved_to()
    {
        using var provider = Provider(Server.Postgres);
        var reference = await TakeAsync(provider);
        Directory.Move(Dumps, Folder.File("moved"));

        using var elsewhere = Provider(Server.Postgres, new DumpOptions { Directory = Folder.File("moved") });

        Assert.Null(await elsewhere.VerifyAsync(reference, new Steps(), CancellationToken.None));
    }

    private protected override Task<byte[]> ReadAsync(string checkpoint, string file) =>
        File.ReadAllBytesAsync(Path.Combine(Dumps, Cluster, checkpoint, file));

    private protected override Task WriteAsync(string checkpoint, string file, byte[] content) =>
        File.WriteAllBytesAsync(Path.Combine(Dumps, Cluster, checkpoint, file), content);

    private protected override async Task HalfMakeAsync(string checkpoint)
    {
        Directory.CreateDirectory(Path.Combine(Dumps, Cluster, $"{checkpoint}.partial"));
        await WriteAsync($"{checkpoint}.partial", "globals.sql", [1, 2, 3, 4]);
    }

    private async Task<string> ModesAsync()
    {
        var set = Path.Combine(Dumps, Cluster, "weekly-1");
        var files = Directory.EnumerateFiles(set).Order(StringComparer.Ordinal);
        return (await RunAsync("stat", ["--format=%a", set, .. files])).Expect(0).Output.Trim().ReplaceLineEndings(" ");
    }
}
