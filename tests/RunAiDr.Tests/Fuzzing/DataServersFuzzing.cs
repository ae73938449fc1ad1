using System.Text;
using RunAiDr.Core.Secrets;
using RunAiDr.Data.Dumps;
using RunAiDr.Data.Metrics;
using RunAiDr.Data.Postgres;

namespace RunAiDr.Tests.Fuzzing;

public class DataServersFuzzing
{
    [Fact]
    public async Task Whatever_a_Prometheus_answers_is_a_fact_or_none()
    {
        string[] samples =
        [
            """{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1700000000,"12"]}]}}""",
            """{"status":"success","data":{"headStats":{"maxTime":1700000000000,"numSeries":3}}}""",
            """{"status":"success","data":{"yaml":"global:\n  external_labels:\n    cluster: a\n","storageRetention":"15d"}}""",
            """{"status":"success","data":{"store":[{"labelSets":[{"cluster":"a"}],"minTime":1700000000000,"maxTime":9223372036854775807}]}}""",
            "prometheus_tsdb_lowest_timestamp_seconds 1.7e9\n",
        ];
        await using var server = await AnsweringServer.StartAsync(_ => "application/json");
        var store = new PrometheusStore(new PrometheusOptions { Url = server.Url }, TimeProvider.System);
        await Fuzzer.RunAsync(
            "prometheus",
            [.. samples.Select(Encoding.UTF8.GetBytes)],
            input =>
            {
                server.Answer = input;
                return store.FactsAsync(CancellationToken.None);
            },
            "\"status\":\"success\"", "\"data\":", "\"value\":[", "1e400", "NaN", "+Inf");
    }

    [Fact]
    public async Task Whatever_a_storage_lists_is_a_list_or_refused()
    {
        string[] samples =
        [
            "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>dr</Name><KeyCount>1</KeyCount><IsTruncated>false</IsTruncated>"
                + "<Contents><Key>research/first/backend.dump</Key><LastModified>2026-11-27T01:02:03.000Z</LastModified><ETag>\"x\"</ETag><Size>3</Size></Contents></ListBucketResult>",
            "<ListMultipartUploadsResult><IsTruncated>false</IsTruncated><Upload><Key>research/first/x.dump</Key><UploadId>1</UploadId></Upload></ListMultipartUploadsResult>",
            "<Error><Code>AccessDenied</Code><Message>m</Message><RequestId>1</RequestId></Error>",
        ];
        await using var server = await AnsweringServer.StartAsync(_ => "application/xml");
        using var storage = new S3Storage(
            new S3Options { Bucket = "dr", Endpoint = server.Url, AccessKey = () => new("key"), SecretKey = () => new("secret") },
            new IdleLimit(TimeSpan.FromMinutes(1), TimeProvider.System));
        await Fuzzer.RunAsync(
            "s3",
            [.. samples.Select(Encoding.UTF8.GetBytes)],
            async input =>
            {
                server.Answer = input;
                server.Status = input.Length % 3 == 0 ? 403 : 200;
                await storage.ListAsync("research", default);
            },
            "<Key>", "</Key>", "<Size>-1</Size>", "<Contents>", "<!DOCTYPE x [<!ENTITY a \"b\">]>", "&a;", "<![CDATA[", "<IsTruncated>x");
    }

    [Fact]
    public async Task Whatever_answers_instead_of_a_PostgreSQL_is_a_fault()
    {
        byte[][] samples =
        [
            [(byte)'R', 0, 0, 0, 8, 0, 0, 0, 0, (byte)'S', 0, 0, 0, 9, (byte)'a', 0, (byte)'b', 0, 0, (byte)'K', 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 2, (byte)'Z', 0, 0, 0, 5, (byte)'I'],
            [(byte)'R', 0, 0, 0, 23, 0, 0, 0, 10, .. "SCRAM-SHA-256"u8, 0, 0],
            [(byte)'R', 0, 0, 0, 12, 0, 0, 0, 5, 1, 2, 3, 4],
            [(byte)'E', 0, 0, 0, 28, .. "SFATAL"u8, 0, .. "C28000"u8, 0, .. "Mbad"u8, 0, 0],
        ];
        byte[] answer = [];
        await using var server = new RawServer(_ => answer);
        var connector = new PostgresConnector(new PostgresOptions
        {
            Host = "127.0.0.1",
            Port = server.Address.Port,
            User = "postgres",
            Password = () => new SecretText("secret"),
            Tls = PostgresTls.Disable,
            ConnectTimeout = TimeSpan.FromSeconds(5),
        });
        await Fuzzer.RunAsync("postgres", samples, async input =>
        {
            answer = input;
            await using var connection = await connector.OpenAsync("postgres", CancellationToken.None);
        });
    }
}
