namespace RunAiDr.Core.Rehydration.Parts;

/// <summary>Stops and starts the workloads of a release, so that nothing writes while its database is restored.</summary>
public interface IWorkloads
{
    /// <summary>
    /// Scales Deployments and StatefulSets of a release to 0 and waits until their pods are gone. How many replicas they had
    /// is kept at each, so that <see cref="ResumeAsync"/> works after a crash too.
    /// </summary>
    /// <param name="namespace">Where they are.</param>
    /// <param name="release">The release.</param>
    /// <param name="kept">Names of workloads that keep running: the database itself.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>Names of those that were stopped, now or by an earlier call.</returns>
    /// <exception cref="RunAiDrException">The target cannot be reached or refuses, or pods do not end.</exception>
    Task<IReadOnlyList<string>> PauseAsync(string @namespace, string release, IReadOnlyCollection<string> kept, CancellationToken ct);

    /// <summary>Gives everything that was stopped its replicas back; does not wait until they are ready.</summary>
    /// <exception cref="RunAiDrException">The target cannot be reached or refuses.</exception>
    Task ResumeAsync(string @namespace, string release, CancellationToken ct);
}
