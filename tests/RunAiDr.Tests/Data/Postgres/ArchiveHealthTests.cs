using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Postgres;

namespace RunAiDr.Tests.Data.Postgres;

public class ArchiveHealthTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_archive_that_is_off_is_not_complained_of() =>
        Assert.Null(ArchiveHealth.Complaint(new WalArchive("off"), Now.AddDays(-1), 9, Now));

    [Fact]
    public void A_quiet_server_without_waiting_segments_is_in_order() =>
        Assert.Null(ArchiveHealth.Complaint(Archived(Now.AddDays(-1)), Now.AddDays(-2), 0, Now));

    [Fact]
    public void Segments_that_wait_for_a_moment_are_in_order() =>
        Assert.Null(ArchiveHealth.Complaint(Archived(Now.AddMinutes(-1)), Now.AddDays(-2), 3, Now));

    [Fact]
    public void A_failure_that_was_overcome_is_in_order() =>
        Assert.Null(ArchiveHealth.Complaint(Archived(Now.AddMinutes(-1)) with { LastFailedAt = Now.AddMinutes(-2) }, Now.AddDays(-2), 0, Now));

    [Fact]
    public void A_failure_after_the_last_success_is_told() => Assert.Equal(
        "WAL archiving fails, the last time at 2026-11-27 11:59:00Z; the last segment was archived at 2026-11-27 11:00:00Z. See the log of the server.",
        ArchiveHealth.Complaint(Archived(Now.AddHours(-1)) with { LastFailedAt = Now.AddMinutes(-1) }, Now.AddDays(-2), 0, Now));

    [Fact]
    public void Segments_that_wait_for_long_are_told() => Assert.Equal(
        "WAL archiving stopped at 2026-11-27 11:00:00Z: 2 segments wait. See the log of the server.",
        ArchiveHealth.Complaint(Archived(Now.AddHours(-1)), Now.AddDays(-2), 2, Now));

    [Fact]
    public void An_archive_that_never_got_anything_is_told_after_a_while()
    {
        Assert.Null(ArchiveHealth.Complaint(new WalArchive("on"), Now.AddMinutes(-1), null, Now));
        Assert.StartsWith(
            "WAL archiving is on, but nothing was archived since 2026-11-27 11:00:00Z.",
            ArchiveHealth.Complaint(new WalArchive("on"), Now.AddHours(-1), null, Now),
            StringComparison.Ordinal);
    }

    private static WalArchive Archived(DateTimeOffset at) => new("on", "000000010000000000000009", at);
}
