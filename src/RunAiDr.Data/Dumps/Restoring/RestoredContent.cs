using RunAiDr.Core.Snapshots;

namespace RunAiDr.Data.Dumps.Restoring;

/// <summary>Compares one database, or the roles, with what was saved.</summary>
internal static class RestoredContent
{
    /// <summary>How a database differs; empty when it is what was saved.</summary>
    public static IReadOnlyList<FingerprintDifference> Differences(DatabaseFingerprint saved, DatabaseContent expected, DatabaseFingerprint live) =>
        OfContent(
            saved with { Databases = [expected], Roles = [] },
            live with { Databases = [.. live.Databases.Select(database => database with { Name = expected.Name })], Roles = [] });

    /// <summary>
    /// As <see cref="Differences"/>, of a database that was restored without an error from bytes whose digest is right: rows
    /// that were only estimated when it was saved say nothing against it.
    /// </summary>
    public static IReadOnlyList<FingerprintDifference> Defects(DatabaseFingerprint saved, DatabaseContent expected, DatabaseFingerprint live)
    {
        var counted = live.Databases.SelectMany(database => database.Tables).ToDictionary(table => (table.Schema, table.Name));
        return Differences(saved, expected with { Tables = [.. expected.Tables.Select(Known)] }, live);

        TableContent Known(TableContent table) =>
            (table.Estimated || table.Rows is null) && counted.TryGetValue((table.Schema, table.Name), out var now) ? now with { Estimated = false } : table;
    }

    /// <summary>Roles that are missing or have other rights; others that the server has are nobody's loss.</summary>
    public static IReadOnlyList<FingerprintDifference> OfRoles(DatabaseFingerprint saved, DatabaseFingerprint live) =>
    [
        .. OfContent(saved with { Databases = [] }, live with { Databases = [] }).Where(difference => difference.Saved is not null),
    ];

    public static string Text(IReadOnlyList<FingerprintDifference> differences)
    {
        const int Shown = 3;
        var first = string.Join("; ", differences.Take(Shown).Select(Line));
        return differences.Count > Shown ? $"{first}; and {differences.Count - Shown} more" : first;
    }

    public static string Line(FingerprintDifference difference) =>
        $"{difference.What}: {difference.Saved ?? "nothing"} saved, {difference.Live ?? "nothing"} now ({difference.Explanation})";

    private static IReadOnlyList<FingerprintDifference> OfContent(DatabaseFingerprint saved, DatabaseFingerprint live) =>
        [.. FingerprintComparison.Compare(saved, live).Differences.Where(difference => difference.OfContent)];
}
