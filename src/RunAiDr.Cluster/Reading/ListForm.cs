namespace RunAiDr.Cluster.Reading;

/// <summary>What of each item of a list is wanted.</summary>
internal enum ListForm
{
    Whole,

    /// <summary>Its metadata; servers that cannot leave the rest out send the whole.</summary>
    Metadata,
}

internal static class ListForms
{
    private const string Whole = "application/json";

    public static string Accept(this ListForm form) => form == ListForm.Metadata
        ? $"application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,{Whole}"
        : Whole;
}
