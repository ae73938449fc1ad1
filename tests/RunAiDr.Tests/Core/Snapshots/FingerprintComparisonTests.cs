using RunAiDr.Core.Snapshots;

namespace RunAiDr.Tests.Core.Snapshots;

public class FingerprintComparisonTests
{
    private static readonly DatabaseContent Backend = new(
        "backend",
        "runai",
        "UTF8",
        "C.UTF-8",
        1_000_000,
        [new ExtensionContent("pgcrypto", "1.3")],
        ["grafana", "public"],
        [new TableContent("grafana", "dashboard", 8), new TableContent("public", "jobs", 1_000), new TableContent("public", "users", 40)]);

    private static readonly DatabaseFingerprint Saved = new()
    {
        TakenAt = new DateTimeOffset(2026, 11, 27, 1, 0, 0, TimeSpan.Zero),
        ServerVersion = "15.18",
        SystemIdentifier = "7345678901234567890",
        Timeline = 2,
        Lsn = "9/4000028",
        InRecovery = false,
        Databases = [Backend],
        Roles = [new RoleContent("grafana", CanLogin: true, Superuser: false, ["auditors"])],
        Tablespaces = ["fast"],
    };

    [Fact]
    public void The_same_facts_have_no_difference() => Assert.Empty(FingerprintComparison.Compare(Saved, Saved with { }).Differences);

    [Fact]
    public void Time_size_and_a_later_LSN_are_no_difference()
    {
        var live = With(Backend with { Bytes = 9 }) with { TakenAt = Saved.TakenAt.AddHours(1), Lsn = "10/0", Standbys = ["standby1 streaming"] };

        Assert.Empty(FingerprintComparison.Compare(Saved, live).Differences);
    }

    [Fact]
    public void Another_server_with_the_same_content_is_equal()
    {
        var report = FingerprintComparison.Compare(Saved, Saved with
        {
            SystemIdentifier = "1",
            ServerVersion = "16.4",
            Timeline = 1,
            Lsn = "0/1",
            Tablespaces = [],
            Databases = [Backend with { Extensions = [new ExtensionContent("pgcrypto", "1.4")] }],
        });

        Assert.True(report.Equal);
        Assert.Equal(["server version", "system identifier", "tablespace fast", "extension pgcrypto of backend"], report.Differences.Select(difference => difference.What));
        Assert.StartsWith("another server: expected for a dump", report.Differences[1].Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void An_older_server_is_suspicious() =>
        Assert.Equal(DifferenceSeverity.Suspicious, Only(Saved with { ServerVersion = "14.2" }).Severity);

    [Theory]
    [InlineData(3, DifferenceSeverity.Expected, "a standby was promoted or the server was recovered since")]
    [InlineData(1, DifferenceSeverity.Suspicious, "it is a copy from before a promotion or recovery")]
    public void The_timeline_tells_of_promotions(int timeline, DifferenceSeverity severity, string explanation)
    {
        var report = FingerprintComparison.Compare(Saved, Saved with { Timeline = timeline });

        Assert.True(report.Equal);
        Assert.Equal(new FingerprintDifference("timeline", "2", $"{timeline}", explanation, severity, OfContent: false), Assert.Single(report.Differences));
    }

    [Fact]
    public void The_same_server_at_an_earlier_LSN_is_suspicious() =>
        Assert.Equal(("LSN", DifferenceSeverity.Suspicious), (Only(Saved with { Lsn = "8/FF" }).What, Only(Saved with { Lsn = "8/FF" }).Severity));

    [Fact]
    public void Facts_that_could_not_be_read_are_not_compared() =>
        Assert.Empty(FingerprintComparison.Compare(Saved, Saved with { SystemIdentifier = null, Timeline = null }).Differences);

    [Fact]
    public void A_recovery_that_has_not_ended_is_suspicious() =>
        Assert.Equal(("server role", "in recovery", DifferenceSeverity.Suspicious), (Only(Saved with { InRecovery = true }).What, Only(Saved with { InRecovery = true }).Live, Only(Saved with { InRecovery = true }).Severity));

    [Theory]
    [InlineData(997, "3 rows fewer than saved: rows were deleted since, or the restore is incomplete", DifferenceSeverity.Suspicious)]
    [InlineData(1_001, "1 row more than saved: written since", DifferenceSeverity.Expected)]
    [InlineData(0, "1000 rows fewer than saved: the table is empty: its rows were deleted since, or only its definition was restored", DifferenceSeverity.Missing)]
    public void Rows_are_compared(long rows, string explanation, DifferenceSeverity severity)
    {
        var live = Jobs(new TableContent("public", "jobs", rows));

        Assert.Equal(new FingerprintDifference("backend.public.jobs", "1000 rows", $"{rows} rows", explanation, severity), Only(live));
        Assert.False(FingerprintComparison.Compare(Saved, live).Equal);
    }

    [Theory]
    [InlineData(800, true)]
    [InlineData(1_250, true)]
    [InlineData(799, false)]
    [InlineData(1_251, false)]
    [InlineData(0, false)]
    public void Estimates_within_a_fifth_are_equal(long rows, bool equal)
    {
        var live = Jobs(new TableContent("public", "jobs", rows, Estimated: true));

        Assert.Equal(equal, FingerprintComparison.Compare(Saved, live).Equal);
        Assert.Equal(equal, FingerprintComparison.Compare(live, Saved).Equal);
    }

    [Fact]
    public void Dots_in_names_do_not_mix_tables_up()
    {
        var saved = With(Backend with { Schemas = ["a", "a.b"], Tables = [new TableContent("a", "b.c", 1), new TableContent("a.b", "c", 2)] });
        var live = With(Backend with { Schemas = ["a", "a.b"], Tables = [new TableContent("a", "b.c", 1), new TableContent("a.b", "c", 3)] });

        Assert.Empty(FingerprintComparison.Compare(saved, saved).Differences);
        var difference = Assert.Single(FingerprintComparison.Compare(saved, live).Differences);
        Assert.Equal(("backend.a.b.c", "2 rows", "3 rows"), (difference.What, difference.Saved, difference.Live));
    }

    [Theory]
    [InlineData(null, 12L, "rows not known", "12 rows")]
    [InlineData(12L, null, "12 rows", "rows not known")]
    [InlineData(null, null, "rows not known", "rows not known")]
    public void Rows_that_are_not_known_are_not_taken_for_equal(long? before, long? now, string saved, string live)
    {
        var report = FingerprintComparison.Compare(Jobs(new TableContent("public", "jobs", before)), Jobs(new TableContent("public", "jobs", now)));

        Assert.False(report.Equal);
        Assert.Equal((saved, live), (report.Differences[0].Saved, report.Differences[0].Live));
        Assert.Contains("cannot be compared", Assert.Single(report.Differences).Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_in_a_schema_that_is_on_no_list_is_compared()
    {
        var saved = With(Backend with { Tables = [.. Backend.Tables, new TableContent("cron", "own", 4)] });

        Assert.Equal("backend.cron.own", Assert.Single(FingerprintComparison.Compare(saved, Saved).Differences).What);
    }

    [Fact]
    public void A_missing_table_is_named() => Loses(
        With(Backend with { Tables = [.. Backend.Tables.Take(2)] }), "backend.public.users", "the table is missing");

    [Fact]
    public void A_missing_schema_is_named_once_and_not_by_each_table() => Loses(
        With(Backend with { Schemas = ["public"], Tables = [.. Backend.Tables.Skip(1)] }), "backend.grafana", "with its 1 tables");

    [Fact]
    public void A_missing_database_is_named_once() => Loses(Saved with { Databases = [] }, "backend", "the database is missing");

    [Fact]
    public void A_missing_role_is_named() => Loses(Saved with { Roles = [] }, "role grafana", "the role is missing");

    [Fact]
    public void A_missing_extension_is_named() => Loses(
        With(Backend with { Extensions = [] }), "extension pgcrypto of backend", "the extension is missing");

    [Fact]
    public void What_was_made_since_is_expected_but_not_equal()
    {
        var live = With(Backend with { Tables = [.. Backend.Tables, new TableContent("public", "zones", 1)] }) with
        {
            Roles = [.. Saved.Roles, new RoleContent("new", CanLogin: false, Superuser: false, [])],
        };

        var report = FingerprintComparison.Compare(Saved, live);

        Assert.False(report.Equal);
        Assert.Equal(["role new", "backend.public.zones"], report.Differences.Select(difference => difference.What));
        Assert.All(report.Differences, difference => Assert.Equal((null, DifferenceSeverity.Expected), (difference.Saved, difference.Severity)));
    }

    [Fact]
    public void Changed_rights_of_a_role_are_told()
    {
        var difference = Only(Saved with { Roles = [new RoleContent("grafana", CanLogin: true, Superuser: true, [])] });

        Assert.Equal(("login, member of auditors", "login, superuser"), (difference.Saved, difference.Live));
    }

    [Fact]
    public void Owner_encoding_and_collation_are_compared()
    {
        var report = FingerprintComparison.Compare(Saved, With(Backend with { Owner = "postgres", Encoding = "SQL_ASCII", Collation = "en_US.UTF-8" }));

        Assert.Equal(["owner of backend", "encoding of backend", "collation of backend"], report.Differences.Select(difference => difference.What));
        Assert.False(report.Equal);
    }

    private static void Loses(DatabaseFingerprint live, string what, string explanation)
    {
        var difference = Only(live);
        Assert.Equal((what, null, DifferenceSeverity.Missing), (difference.What, difference.Live, difference.Severity));
        Assert.Contains(explanation, difference.Explanation, StringComparison.Ordinal);
        Assert.False(FingerprintComparison.Compare(Saved, live).Equal);
    }

    private static FingerprintDifference Only(DatabaseFingerprint live) => Assert.Single(FingerprintComparison.Compare(Saved, live).Differences);

    private static DatabaseFingerprint With(DatabaseContent backend) => Saved with { Databases = [backend] };

    private static DatabaseFingerprint Jobs(TableContent jobs) => With(Backend with { Tables = [Backend.Tables[0], jobs, Backend.Tables[2]] });
}
