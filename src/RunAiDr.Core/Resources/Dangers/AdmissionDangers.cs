using System.Text.Json.Nodes;

namespace RunAiDr.Core.Resources.Dangers;

/// <summary>Who is asked by the API server, and so sees or changes what others write and read.</summary>
internal static class AdmissionDangers
{
    /// <summary>Namespaces of Run:ai itself, whose services and accounts may be trusted as far as its charts are.</summary>
    public static readonly string[] OwnNamespaces = ["runai", "runai-backend"];

    public static IEnumerable<Danger> InWebhooks(JsonObject body)
    {
        yield return new("is asked about what is written to the cluster", TakesOver: true);
        foreach (var webhook in body.Maps("webhooks"))
        {
            if (webhook.Map("clientConfig")?.Text("url") is { } url)
            {
                yield return new($"sends it to {url}", TakesOver: true);
            }
        }
    }

    public static IEnumerable<Danger> InApiService(JsonObject body) => body.Map("spec")?.Map("service") is null
        ? []
        : [new($"answers for API group {body.Map("spec")?.Text("group")} instead of the API server", TakesOver: true)];

    public static IEnumerable<Danger> InDefinition(JsonObject body)
    {
        var client = body.Map("spec")?.Map("conversion")?.Map("webhook")?.Map("clientConfig");
        if (client?.Text("url") is { } url)
        {
            yield return new($"sends its resources to {url}", TakesOver: true);
        }

        if (client?.Map("service")?.Text("namespace") is { } ns && !OwnNamespaces.Contains(ns, StringComparer.Ordinal))
        {
            yield return new($"has its resources converted by a service of namespace {ns}", TakesOver: false);
        }
    }
}
