using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Rehydration;

/// <summary>What a rehydration needs from the target cluster.</summary>
public interface IClusterWriter
{
    /// <summary>Version and identity of the cluster.</summary>
    Task<ClusterIdentity> IdentifyAsync(CancellationToken ct);

    /// <summary>Every resource of a cluster-scoped kind that has these labels (a selector as kubectl takes it).</summary>
    Task<IReadOnlyList<JsonObject>> ListAsync(ResourceKind kind, string labelSelector, CancellationToken ct);

    /// <summary>Every served kind in every served version; asks the server again on each call.</summary>
    Task<IReadOnlyList<ResourceKind>> DiscoverAsync(CancellationToken ct);

    /// <summary>The resource as the server sends it, or null when it, its namespace or its kind is not there.</summary>
    Task<JsonObject?> GetAsync(ResourceKind kind, string? @namespace, string name, CancellationToken ct);

    /// <summary>
    /// Server-side apply with field manager <c>runai-dr</c>, unknown fields refused. A refusal (conflict, admission,
    /// immutable field, missing kind, missing right) is a result; an unreachable server is an exception.
    /// </summary>
    Task<ApplyResult> ApplyAsync(Resource resource, ApplyOptions options, CancellationToken ct);

    /// <summary>Whether the current user may do <paramref name="verb"/> (SelfSubjectAccessReview).</summary>
    Task<bool> MayAsync(string verb, ResourceKind kind, string? @namespace, CancellationToken ct);

    /// <summary>Whether the current user may bind this very role in <paramref name="namespace"/>.</summary>
    Task<bool> MayBindAsync(ResourceKind roleKind, string roleName, string? @namespace, CancellationToken ct);
}

/// <summary>
/// <paramref name="Force"/> takes fields over from other field managers; <paramref name="DryRun"/> persists nothing;
/// <paramref name="MustBeAbsent"/> makes of a resource that exists already a conflict and leaves it as it is.
/// </summary>
public readonly record struct ApplyOptions(bool DryRun, bool Force, bool MustBeAbsent = false);

public enum ApplyAction
{
    Created,
    Configured,
    Unchanged,
    Skipped,
    Conflict,
    Failed,
}

/// <summary>
/// What happened to one resource. A refused resource is a result, so the others still get their turn.
/// <paramref name="Live"/> is the resource as the server now holds it, where it answered with it.
/// </summary>
public sealed record ApplyResult(ResourceKey Key, ApplyAction Action, string? Reason = null, JsonObject? Live = null);
