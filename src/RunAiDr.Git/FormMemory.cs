using RunAiDr.Core.Export;

namespace RunAiDr.Git;

/// <summary>Keeps the forms of the last export of each cluster beside the objects of the repository.</summary>
internal sealed class FormMemory(string repository) : IFormMemory
{
    public byte[]? Load(string cluster) => Of(cluster).Read();

    public void Keep(string cluster, ReadOnlySpan<byte> forms) => Of(cluster).Write(forms);

    private TimeSaver Of(string cluster) => new(repository, $"forms-{cluster}");
}
