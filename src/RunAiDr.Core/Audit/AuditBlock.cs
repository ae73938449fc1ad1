namespace RunAiDr.Core.Audit;

/// <summary>A piece of the report, for any kind of page. Texts are plain, and may hold whatever a cluster lets names hold.</summary>
internal abstract record AuditBlock;

internal sealed record AuditHeading(string Text) : AuditBlock;

internal sealed record AuditText(string Text) : AuditBlock;

internal sealed record AuditTable(string Caption, string[] Header, IReadOnlyList<string[]> Rows) : AuditBlock;

/// <summary>Bars, one for each day.</summary>
internal sealed record AuditDaysChart(IReadOnlyList<AuditedDay> Days, AuditPeriod Period) : AuditBlock;

/// <summary>The age of recovery points over time, against their objective.</summary>
internal sealed record AuditAgeChart(RecoveryPointCourse Course, AuditPeriod Period) : AuditBlock;
