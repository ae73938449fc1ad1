using Amazon.S3;
using Amazon.S3.Model;

namespace RunAiDr.Data.Dumps;

/// <summary>Sets of dumps in a bucket: objects below <c>prefix/cluster/checkpoint/</c>, of which the reference makes them a set.</summary>
internal sealed class S3Storage : IDumpStorage
{
    private readonly S3Options _options;
    private readonly AmazonS3Client _client;
    private readonly string _prefix;

    public S3Storage(S3Options options)
    {
        _options = options;
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

        var writer = new S3Writer(_client, _options, KeyOf(folder));
        await writer.ClearAsync(found?.Files.Keys ?? [], ct);
        return writer;
    }

    public async Task<IReadOnlyList<StoredDumps>> ListAsync(string cluster, CancellationToken ct)
    {
        var prefix = $"{_prefix}{cluster}/";
        var objects = await ObjectsAsync(prefix, ct);
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
        S3Fault.ExplainAsync(_options, () => S3Client.OpenAsync(_client, _options, KeyOf(folder) + file, ct));

    public async Task<bool> DeleteAsync(DumpFolder folder, CancellationToken ct)
    {
        var found = await StoredAsync(folder, ct);
        return await new S3Writer(_client, _options, KeyOf(folder)).ClearAsync(found?.Files.Keys ?? [], ct);
    }

    public void Dispose() => _client.Dispose();

    private string KeyOf(DumpFolder folder) => $"{_prefix}{folder}/";

    private async Task<StoredDumps?> StoredAsync(DumpFolder folder, CancellationToken ct)
    {
        var prefix = KeyOf(folder);
        var files = (await ObjectsAsync(prefix, ct))
            .Select(entry => (Name: entry.Key[prefix.Length..], entry.Bytes))
            .Where(entry => DumpFolder.IsLegal(entry.Name) && DumpFiles.IsOurs(entry.Name))
            .ToList();
        return files.Count == 0 ? null : new StoredDumps(folder, Sizes(files));
    }

    private static Dictionary<string, long> Sizes(IEnumerable<(string Name, long Bytes)> files) => files
        .GroupBy(file => file.Name, StringComparer.Ordinal)
        .ToDictionary(file => file.Key, file => file.Max(entry => entry.Bytes));

    private Task<List<(string Key, long Bytes)>> ObjectsAsync(string prefix, CancellationToken ct) =>
        S3Fault.ExplainAsync(_options, async () =>
        {
            var objects = new List<(string, long)>();
            var request = new ListObjectsV2Request { BucketName = _options.Bucket, Prefix = prefix };
            ListObjectsV2Response page;
            do
            {
                page = await _client.ListObjectsV2Async(request, ct);
                objects.AddRange((page.S3Objects ?? []).Select(found => (found.Key, found.Size ?? 0)));
                request.ContinuationToken = page.NextContinuationToken;
            }
            while (page.IsTruncated == true);

            return objects;
        });
}
