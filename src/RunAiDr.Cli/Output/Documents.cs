using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;

namespace RunAiDr.Cli.Output;

/// <summary>Results as JSON: camel case, enumerations and keys as texts, durations in seconds.</summary>
internal static class Documents
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new KeyText(), new CommitText(), new Seconds() },

        // Results are written and never read: a required property without a setter is no mistake then.
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { RequireNothing } },
    };

    public static JsonNode Of<T>(T result) => JsonSerializer.SerializeToNode(result, Options) ?? new JsonObject();

    private static void RequireNothing(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            property.IsRequired = false;
        }
    }

    private sealed class KeyText : JsonConverter<ResourceKey>
    {
        public override ResourceKey Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, ResourceKey value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteString("resource", value.QualifiedName);
            if (value.Namespace is { } name)
            {
                writer.WriteString("namespace", name);
            }

            writer.WriteString("name", value.Name);
            writer.WriteEndObject();
        }
    }

    private sealed class CommitText : JsonConverter<CommitId>
    {
        public override CommitId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, CommitId value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Sha);
    }

    private sealed class Seconds : JsonConverter<TimeSpan>
    {
        public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(Math.Round(value.TotalSeconds, 3));
    }
}
