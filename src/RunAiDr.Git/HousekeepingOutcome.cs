namespace RunAiDr.Git;

/// <summary>What housekeeping found and left: loose objects before, bytes of all objects before and after, and why it failed if it did.</summary>
public sealed record HousekeepingOutcome(int LooseBefore, long BytesBefore, long BytesAfter, string? Failure);
