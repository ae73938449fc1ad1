using System.Runtime.ExceptionServices;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Runbook;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.State;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Core.Export;

/// <summary>Brings resources into the form of their files, on all processors.</summary>
/// <param name="rules">Which values are secrets.</param>
/// <param name="known">The forms of the last export; null where nothing is kept of it.</param>
/// <param name="sink">Holds the files that need not be made again. Nothing may be put meanwhile.</param>
internal sealed class ResourceFormer(SecretRules rules, KnownForms? known, IStateSink sink)
{
    public FormedResource[] Form(IReadOnlyList<TakenResource> resources) => Each(resources, Form);

    /// <summary>What <paramref name="work"/> makes of each, in their order.</summary>
    /// <exception cref="RunAiDrException">The work failed at one of them.</exception>
    public static TOut[] Each<TIn, TOut>(IReadOnlyList<TIn> items, Func<TIn, TOut> work)
    {
        var results = new TOut[items.Count];
        try
        {
            Parallel.For(0, items.Count, i => results[i] = work(items[i]));
        }
        catch (AggregateException failures)
        {
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }

        return results;
    }

    private FormedResource Form(TakenResource resource)
    {
        // What more than the file is asked of has to be looked at each time.
        var hash = known is null || RunbookNotes.ReadsBodyOf(resource.Key) ? null : (KnownForms.Hash?)KnownForms.HashOf(resource.Head);
        if (hash is { } sent && known?.BlobIdOf(sent) is { } blobId && sink.Holds(resource.Path, blobId))
        {
            return new FormedResource(resource, null, new KnownForm(sent, blobId));
        }

        var clean = ListedItem.Clean(resource.Head);
        var references = Binding.ReferencesOf(clean);
        var redaction = Redactor.Resource(clean, rules);
        var content = new FormContent(redaction, references, YamlWriter.ToBytes(redaction.Document));
        var isPlain = redaction.Secrets.Count == 0 && redaction.Decisions.Count == 0;
        return new FormedResource(
            resource, content, isPlain && hash is { } news ? new KnownForm(news, GitObjectId.OfBlob(content.Yaml)) : null);
    }
}
