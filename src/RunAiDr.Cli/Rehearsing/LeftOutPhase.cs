using RunAiDr.Core.Rehydration;

namespace RunAiDr.Cli.Rehearsing;

/// <summary>A phase that a rehearsal cannot play here, and what is missing for it.</summary>
internal sealed record LeftOutPhase(RestorePhase Phase, string Reason);
