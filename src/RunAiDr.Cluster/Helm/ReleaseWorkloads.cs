using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Helm;

/// <summary>Finds the workloads of a release by the marks that helm leaves at each object.</summary>
internal sealed class ReleaseWorkloads(ClusterClient cluster, string @namespace, string release)
{
    private readonly SortedSet<string> _namespaces = new(StringComparer.Ordinal) { @namespace };

    /// <summary>Where they are: the namespace of the release, and those that its manifest names.</summary>
    public IReadOnlyCollection<string> Namespaces => _namespaces;

    /// <summary>Looks at the newest revision, as far as it is there, for the namespaces of its workloads.</summary>
    public async Task LearnNamespacesAsync(CancellationToken ct)
    {
        if (await ReleaseRecord.NewestAsync(cluster, @namespace, release, ct) is { } record)
        {
            Learn(record);
        }
    }

    /// <summary>Looks at a revision for the namespaces of its workloads.</summary>
    public void Learn(ReleaseRecord record) => _namespaces.UnionWith(
        from made in record.Objects()
        where Workload.Kinds.Any(kind => kind.Kind == made.Text("kind"))
        let named = made.Map("metadata")?.Text("namespace")
        where named is not null
        select named);

    public async Task<IReadOnlyList<Workload>> ListAsync(IEnumerable<ResourceKind> kinds, CancellationToken ct)
    {
        var found = new List<Workload>();
        foreach (var selection in kinds.SelectMany(kind => _namespaces.Select(ns => new ListSelection(kind, ns))))
        {
            var listed = await cluster.ListAsync(selection, ct);
            found.AddRange(listed.Select(body => new Workload(selection.Kind, body))
                .Where(workload => workload.IsOf(@namespace, release)));
        }

        return found;
    }

    public async Task<Rollout> LookAsync(CancellationToken ct) => Rollout.Of(await ListAsync(Workload.Kinds, ct));

    /// <summary>Names of the hooks that still run, of whatever release.</summary>
    public async Task<IReadOnlyList<string>> RunningHooksAsync(CancellationToken ct) =>
    [
        .. from job in await HookJobsAsync(ct)
           where Readiness.Of(job) is { IsReady: false, HasFailed: false }
           select Visible.Text(job.Name),
    ];

    /// <summary>The Jobs that are hooks, of whatever release: helm leaves no other mark at them.</summary>
    public async Task<IReadOnlyList<Workload>> HookJobsAsync(CancellationToken ct)
    {
        var hooks = new List<Workload>();
        foreach (var place in _namespaces)
        {
            var jobs = await cluster.ListAsync(new ListSelection(Workload.Job, place), ct);
            hooks.AddRange(jobs.Select(body => new Workload(Workload.Job, body)).Where(job => job.IsHook));
        }

        return hooks;
    }
}
