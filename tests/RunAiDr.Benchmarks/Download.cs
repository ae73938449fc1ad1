using System.Text;
using System.Text.RegularExpressions;
using RunAiDr.Cluster.Connections;
using RunAiDr.Cluster.Http;
using RunAiDr.Cluster.Reading;
using RunAiDr.Core.Export;

namespace RunAiDr.Benchmarks;

/// <summary>Baseline (a): the list requests of an export, the bodies read and thrown away.</summary>
internal static partial class Download
{
    private const int HeadLength = 1024;

    /// <summary>Gives the number of bytes read.</summary>
    public static async Task<long> RunAsync(
        ClusterConnection connection, IReadOnlyList<ListSelection> selections, CancellationToken ct)
    {
        using var api = new ApiConnection(connection, TimeProvider.System, () => 0);
        var body = new BodyBuffer();
        var bytes = 0L;
        string? revision = null;
        foreach (var selection in selections)
        {
            string? token = null;
            do
            {
                var path = token is null
                    ? ResourcePaths.FirstPage(selection, api.PageSize, revision)
                    : ResourcePaths.NextPage(selection, api.PageSize, token);
                var answer = await api.DemandAsync(new ApiRequest(HttpMethod.Get, path), body, ct);
                bytes += answer.Body.Length;

                // Lists of built-in kinds begin with their metadata.
                var head = Encoding.UTF8.GetString(answer.Body.Span[..Math.Min(HeadLength, answer.Body.Length)]);
                revision ??= Revision().Match(head).Groups["value"].Value;
                token = Continue().Match(head) is { Success: true } next ? next.Groups["value"].Value : null;
            }
            while (token is not null);
        }

        return bytes;
    }

    [GeneratedRegex("\"resourceVersion\":\"(?<value>[0-9]+)\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Revision();

    [GeneratedRegex("\"continue\":\"(?<value>[^\"]+)\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Continue();
}
