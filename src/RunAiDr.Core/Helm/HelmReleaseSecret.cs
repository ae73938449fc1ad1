using System.Buffers;
using System.Buffers.Text;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Helm;

/// <summary>
/// Decodes a Secret of type <c>helm.sh/release.v1</c>: base64 (the API's) of base64 (Helm's) of gzip of JSON. Chart files,
/// default values and rendered objects in it are skipped, not kept, unless they are asked for.
/// </summary>
public static class HelmReleaseSecret
{
    // etcd refuses requests over 1.5 MiB, so a larger Secret cannot be one.
    private const int MaxEncodedBytes = 4 * 1024 * 1024;
    private const int MaxDecodedBytes = 64 * 1024 * 1024;

    /// <param name="secret">The Secret as UTF-8 JSON.</param>
    /// <param name="where">Which Secret, for messages.</param>
    /// <exception cref="RunAiDrException">It is damaged, too large, or not a release.</exception>
    public static HelmRelease Decode(ReadOnlyMemory<byte> secret, string where) =>
        Guarded(() => Parse(Unpack(secret, where), where), where);

    /// <summary>The objects that the release rendered, as YAML. Secrets are among them.</summary>
    /// <inheritdoc cref="Decode"/>
    public static string Manifest(ReadOnlyMemory<byte> secret, string where) => Guarded(
        () =>
        {
            using var release = JsonDocument.Parse(Unpack(secret, where));
            return release.RootElement.TryGetProperty("manifest", out var manifest) ? manifest.GetString() ?? "" : "";
        },
        where);

    private static T Guarded<T>(Func<T> read, string where)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidDataException
            or InvalidOperationException or KeyNotFoundException)
        {
            // The inner message may quote the text, and the text holds secrets.
            throw Damaged(where, "it is truncated or damaged");
        }
    }

    private static byte[] Unpack(ReadOnlyMemory<byte> secret, string where) =>
        Decompress(FromBase64(ReleaseOf(secret), where), where);

    private static byte[] ReleaseOf(ReadOnlyMemory<byte> secret)
    {
        if (secret.Length > MaxEncodedBytes)
        {
            throw new InvalidDataException("too large");
        }

        using var document = JsonDocument.Parse(secret);
        return document.RootElement.GetProperty("data").GetProperty("release").GetBytesFromBase64();
    }

    private static byte[] FromBase64(byte[] text, string where)
    {
        var decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        var status = Base64.DecodeFromUtf8(text, decoded, out _, out var written);
        return status == OperationStatus.Done ? decoded[..written] : throw Damaged(where, "it is not base64");
    }

    private static byte[] Decompress(byte[] packed, string where)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var json = new MemoryStream();
        var buffer = new byte[81920];
        for (var read = gzip.Read(buffer); read > 0; read = gzip.Read(buffer))
        {
            json.Write(buffer, 0, read);
            if (json.Length > MaxDecodedBytes)
            {
                throw Damaged(where, $"it unpacks to more than {MaxDecodedBytes / 1024 / 1024} MiB");
            }
        }

        return json.ToArray();
    }

    private static HelmRelease Parse(byte[] json, string where)
    {
        var fields = new Fields(json);
        var reader = new Utf8JsonReader(json);
        reader.Read();
        fields.Read(ref reader);
        if (fields.Name is null || fields.Chart is null || fields.ChartVersion is null || fields.Status is null)
        {
            throw Damaged(where, "name, status, chart or chart version is missing");
        }

        return new HelmRelease(
            fields.Name, fields.Namespace ?? "", fields.Revision, fields.Status, fields.Chart, fields.ChartVersion,
            fields.AppVersion, fields.Values ?? []);
    }

    private static RunAiDrException Damaged(string where, string reason) => new(
        Fault.NeedsOperator,
        $"The Helm release in {where} cannot be read: {reason}.",
        "Look at the release with 'helm history' and repair or delete the damaged revision, then export again.");

    private sealed class Fields(byte[] json)
    {
        public string? Name { get; private set; }

        public string? Namespace { get; private set; }

        public int Revision { get; private set; }

        public string? Status { get; private set; }

        public string? Chart { get; private set; }

        public string? ChartVersion { get; private set; }

        public string? AppVersion { get; private set; }

        public JsonObject? Values { get; private set; }

        public void Read(ref Utf8JsonReader reader)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var property = reader.GetString();
                reader.Read();
                switch (property)
                {
                    case "name":
                        Name = reader.GetString();
                        break;
                    case "namespace":
                        Namespace = reader.GetString();
                        break;
                    case "version":
                        Revision = reader.GetInt32();
                        break;
                    case "info":
                        Status = (string?)ReadNode(ref reader)?["status"];
                        break;
                    case "config":
                        Values = ReadNode(ref reader) as JsonObject;
                        break;
                    case "chart":
                        ReadChart(ref reader);
                        break;
                    default:
                        reader.Skip();
                        break;
                }
            }
        }

        private JsonNode? ReadNode(ref Utf8JsonReader reader)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            return WholeJson.Value(json.AsSpan(start..(int)reader.BytesConsumed));
        }

        private void ReadChart(ref Utf8JsonReader reader)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isMetadata = reader.ValueTextEquals("metadata"u8);
                reader.Read();
                if (isMetadata && ReadNode(ref reader) is JsonObject metadata)
                {
                    Chart = (string?)metadata["name"];
                    ChartVersion = (string?)metadata["version"];
                    AppVersion = (string?)metadata["appVersion"];
                }
                else
                {
                    reader.Skip();
                }
            }
        }
    }
}
