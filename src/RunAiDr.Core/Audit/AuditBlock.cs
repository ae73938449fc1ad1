namespace RunAiDr.Core.Audit;

/// <summary>A piece of the report, for any kind of page. Texts are plain, and may hold whatever a cluster lets names hold.</summary>
public abstract record AuditBlock;

public sealed record AuditHeading(string Text) : AuditBlock;

public sealed record AuditText(string Text) : AuditBlock;

public sealed record AuditTable(string Caption, string[] Header, IReadOnlyList<string[]> Rows) : AuditBlock;

/// <summary>Bars, one for each day.</summary>
public sealed record AuditDaysChart(IReadOnlyList<AuditedDay> Days, AuditPeriod Period) : AuditBlock;

/// <summary>The age of recovery points over time, against their objective.</summary>
public sealed record AuditAgeChart(RecoveryPointCourse Course, AuditPeriod Period) : AuditBlock;
