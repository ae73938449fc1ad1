using Amazon.S3;

namespace RunAiDr.Data.Dumps;

/// <summary>Sets of dumps in a bucket: objects below <c>prefix/cluster/checkpoint/</c>, of which the reference makes them a set.</summary>
internal sealed class S3Storage : IDumpStorage
{
    private readonly S3Options _options;
    private readonly IdleLimit _idle;
    private readonly AmazonS3Client _client;
    private readonly string _prefix;

    public S3Storage(S3Options options, IdleLimit idle)
    {
        (_options, _idle) = (options, idle);
        _client = S3Client.Create(options);
        var prefix = options.Prefix.Trim('/');
        _prefix = prefix.Length == 0 ? "" : $"{prefix}/";
        Root = $"s3://{options.Bucket}/{_prefix}".TrimEnd('/');
    }

    public string Root { get; }

    public async Task<IDumpWriter> BeginAsync(DumpFolder folder, CancellationToken ct)
    {
        var found = await StoredAsync(folder, ct);
        if (found is { IsWhole: true })
        {
            throw DumpFault.Of($"{Root}/{folder} is there already.", "Give the checkpoint another name, or delete the old one first.");
        }

        var writer = new S3Writer(_client, _options, KeyOf(folder), _idle);
        await writer.ClearAsync(found?.Files.Keys ?? [], ct);
        return writer;
    }

    public async Task<IReadOnlyList<StoredDumps>> ListAsync(string cluster, CancellationToken ct)
    {
        var prefix = $"{_prefix}{cluster}/";
        var objects = await S3Objects.ListAsync(_client, _options, prefix, ct);
        var uploads = await S3Uploads.ListAsync(_client, _options, prefix, ct);
        return [.. objects.Concat(uploads.Select(upload => (upload.Key, Bytes: 0L)))
            .Select(entry => (Segments: entry.Key[prefix.Length..].Split('/'), entry.Bytes))
            .Where(entry => entry.Segments is [var name, var file] && DumpFolder.IsLegal(name) && DumpFiles.IsOurs(file))
            .GroupBy(entry => entry.Segments[0], StringComparer.Ordinal)
            .OrderBy(set => set.Key, StringComparer.Ordinal)
            .Select(set => new StoredDumps(new DumpFolder(cluster, set.Key), Sizes(set.Select(entry => (entry.Segments[1], entry.Bytes)))))];
    }

    public async Task<StoredDumps?> FindAsync(DumpFolder folder, CancellationToken ct) =>
        await StoredAsync(folder, ct) is { IsWhole: true } found ? found : null;

    public Task<Stream> OpenAsync(DumpFolder folder, string file, CancellationToken ct) =>
        S3Fault.ExplainAsync(_options, () => S3Client.OpenAsync(_client, _options, KeyOf(folder) + file, _idle, ct));

    public async Task<bool> DeleteAsync(DumpFolder folder, CancellationToken ct)
    {
        var found = await StoredAsync(folder, ct);
        return await new S3Writer(_client, _options, KeyOf(folder), _idle).ClearAsync(found?.Files.Keys ?? [], ct);
    }

    public void Dispose() => _client.Dispose();

    private string KeyOf(DumpFolder folder) => $"{_prefix}{folder}/";

    private async Task<StoredDumps?> StoredAsync(DumpFolder folder, CancellationToken ct)
    {
        var prefix = KeyOf(folder);
        var files = (await S3Objects.ListAsync(_client, _options, prefix, ct))
            .Select(entry => (Name: entry.Key[prefix.Length..], entry.Bytes))
            .Where(entry => DumpFolder.IsLegal(entry.Name) && DumpFiles.IsOurs(entry.Name))
            .ToList();
        return files.Count == 0 ? null : new StoredDumps(folder, Sizes(files));
    }

    private static Dictionary<string, long> Sizes(IEnumerable<(string Name, long Bytes)> files) => files
        .GroupBy(file => file.Name, StringComparer.Ordinal)
        .ToDictionary(file => file.Key, file => file.Max(entry => entry.Bytes));
}
