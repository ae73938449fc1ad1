namespace RunAiDr.Sandbox.Http;

/// <summary>The form of an answer that the Accept header asks for.</summary>
internal enum AnswerForm
{
    Plain,
    Metadata,
    MetadataList,
    Table,
    Discovery,
}

/// <summary>Reads Accept headers.</summary>
internal static class Negotiation
{
    /// <exception cref="StatusException">406: nothing that was asked for can be served.</exception>
    public static AnswerForm FormOf(string? accept, bool discovery = false)
    {
        foreach (var range in (accept ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (FormOf(range.Split(';', StringSplitOptions.TrimEntries), discovery) is { } form)
            {
                return form;
            }
        }

        return string.IsNullOrWhiteSpace(accept) ? AnswerForm.Plain : throw Refusal(accept);
    }

    private static AnswerForm? FormOf(string[] range, bool discovery)
    {
        if (range[0] is not ("application/json" or "*/*" or "application/*"))
        {
            return null;
        }

        var parameters = range.Skip(1).Select(p => p.Split('=', 2)).Where(p => p.Length == 2)
            .GroupBy(p => p[0], StringComparer.Ordinal).ToDictionary(p => p.Key, p => p.Last()[1], StringComparer.Ordinal);
        return (parameters.GetValueOrDefault("as"), parameters.GetValueOrDefault("g"), parameters.GetValueOrDefault("v")) switch
        {
            (null, _, _) => AnswerForm.Plain,
            ("PartialObjectMetadata", "meta.k8s.io", "v1") => AnswerForm.Metadata,
            ("PartialObjectMetadataList", "meta.k8s.io", "v1") => AnswerForm.MetadataList,
            ("Table", "meta.k8s.io", "v1") => AnswerForm.Table,
            ("APIGroupDiscoveryList", "apidiscovery.k8s.io", "v2") when discovery => AnswerForm.Discovery,
            _ => null,
        };
    }

    private static StatusException Refusal(string accept) => accept.Contains("as=", StringComparison.Ordinal)
        ? Statuses.NotAcceptable("only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf")
        : Statuses.NotAcceptable(
            "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch",
            []);
}
