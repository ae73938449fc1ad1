using System.Globalization;
using static RunAiDr.Core.Snapshots.DifferenceSeverity;

namespace RunAiDr.Core.Snapshots;

/// <summary>Compares what a database holds with what was saved of it.</summary>
public static class FingerprintComparison
{
    /// <summary>Estimated numbers of rows that differ by less are taken for equal.</summary>
    private const double EstimateTolerance = 0.2;

    public static FingerprintReport Compare(DatabaseFingerprint saved, DatabaseFingerprint live) => new(
    [
        .. ServerComparison.Compare(saved, live),
        .. Match(saved.Roles, live.Roles, role => role.Name).SelectMany(CompareRole),
        .. Match(saved.Databases, live.Databases, database => database.Name).SelectMany(CompareDatabase),
    ]);

    private static IEnumerable<FingerprintDifference> CompareRole(Pair<RoleContent> role) => role switch
    {
        { Live: null } => [Lost($"role {role.Name}", "role", "what it owned or was granted cannot have been restored as it was")],
        { Saved: null } => [Added($"role {role.Name}", "role")],
        { Saved: var saved, Live: var live } when TextOf(saved) != TextOf(live) =>
            [new($"role {role.Name}", TextOf(saved), TextOf(live), "rights of the role were changed since, or are set otherwise on this server", Suspicious)],
        _ => [],
    };

    private static IEnumerable<FingerprintDifference> CompareDatabase(Pair<DatabaseContent> database)
    {
        if (database.Saved is not { } saved)
        {
            return [Added(database.Name, "database")];
        }

        if (database.Live is not { } live)
        {
            return [Lost(database.Name, "database", "it was dropped since, or the restore left it out")];
        }

        return
        [
            .. CompareProperty($"owner of {saved.Name}", saved.Owner, live.Owner, "the restore was made as another role, or the owner was changed since"),
            .. CompareProperty($"encoding of {saved.Name}", saved.Encoding, live.Encoding, "the database was made with another encoding; text may be refused or read wrongly"),
            .. CompareProperty($"collation of {saved.Name}", saved.Collation, live.Collation, "text is sorted otherwise, and a copied data directory needs its indexes rebuilt"),
            .. Match(saved.Extensions, live.Extensions, extension => extension.Name).SelectMany(pair => CompareExtension(saved.Name, pair)),
            .. CompareSchemas(saved, live),
            .. CompareTables(saved, live),
        ];
    }

    private static IEnumerable<FingerprintDifference> CompareProperty(string what, string saved, string live, string explanation) =>
        saved == live ? [] : [new(what, saved, live, explanation, Suspicious)];

    private static IEnumerable<FingerprintDifference> CompareExtension(string database, Pair<ExtensionContent> extension)
    {
        var what = $"extension {extension.Name} of {database}";
        return extension switch
        {
            { Live: null } => [Lost(what, "extension", "install its package on the server; what needs it was not restored")],
            { Saved: null } => [Added(what, "extension")],
            { Saved.Version: var saved, Live.Version: var live } when saved != live =>
                [new(what, saved, live, "comes with the version of the server", Expected, OfContent: false)],
            _ => [],
        };
    }

    private static IEnumerable<FingerprintDifference> CompareSchemas(DatabaseContent saved, DatabaseContent live)
    {
        foreach (var schema in Match(saved.Schemas, live.Schemas, name => name))
        {
            var what = $"{saved.Name}.{schema.Name}";
            if (schema.Live is null)
            {
                var tables = saved.Tables.Count(table => table.Schema == schema.Name);
                yield return Lost(what, "schema", string.Create(CultureInfo.InvariantCulture, $"it was dropped since, or the restore left it out, with its {tables} tables"));
            }
            else if (schema.Saved is null)
            {
                yield return Added(what, "schema");
            }
        }
    }

    private static IEnumerable<FingerprintDifference> CompareTables(DatabaseContent saved, DatabaseContent live)
    {
        // Tables of a schema that is missing or new as a whole are told by the schema's line.
        var both = saved.Schemas.Intersect(live.Schemas).ToHashSet(StringComparer.Ordinal);
        return Match(Known(saved), Known(live), table => $"{table.Schema}.{table.Name}")
            .SelectMany(table => CompareTable($"{saved.Name}.{table.Name}", table));

        IReadOnlyList<TableContent> Known(DatabaseContent database) => [.. database.Tables.Where(table => both.Contains(table.Schema))];
    }

    private static IEnumerable<FingerprintDifference> CompareTable(string what, Pair<TableContent> table) => table switch
    {
        { Live: null } => [Lost(what, "table", "it was dropped since, or the restore is incomplete")],
        { Saved: null } => [Added(what, "table")],
        { Saved: { } saved, Live: { } live } when Differ(saved, live) => [CompareRows(what, saved, live)],
        _ => [],
    };

    private static bool Differ(TableContent saved, TableContent live) => saved.Estimated || live.Estimated
        ? Math.Abs(saved.Rows - live.Rows) > EstimateTolerance * Math.Max(saved.Rows, live.Rows)
        : saved.Rows != live.Rows;

    private static FingerprintDifference CompareRows(string what, TableContent saved, TableContent live)
    {
        var by = Math.Abs(live.Rows - saved.Rows);
        var rows = string.Create(
            CultureInfo.InvariantCulture,
            $"{(saved.Estimated || live.Estimated ? "about " : "")}{by} {(by == 1 ? "row" : "rows")} {(live.Rows > saved.Rows ? "more" : "fewer")} than saved");
        var (meaning, severity) = live.Rows switch
        {
            _ when live.Rows > saved.Rows => ("written since", Expected),
            0 when !live.Estimated => ("the table is empty: its rows were deleted since, or only its definition was restored", Missing),
            _ => ("rows were deleted since, or the restore is incomplete", Suspicious),
        };
        return new FingerprintDifference(what, TextOf(saved), TextOf(live), $"{rows}: {meaning}", severity);
    }

    private static FingerprintDifference Lost(string what, string noun, string meaning) =>
        new(what, noun, null, $"the {noun} is missing: {meaning}", Missing);

    private static FingerprintDifference Added(string what, string noun) =>
        new(what, null, noun, $"the {noun} was made since, or belongs to somebody else", Expected);

    private static string TextOf(TableContent table) =>
        string.Create(CultureInfo.InvariantCulture, $"{(table.Estimated ? "about " : "")}{table.Rows} {(table.Rows == 1 ? "row" : "rows")}");

    private static string TextOf(RoleContent role)
    {
        IEnumerable<string> rights =
        [
            role.CanLogin ? "login" : "no login",
            .. role.Superuser ? ["superuser"] : Array.Empty<string>(),
            .. role.MemberOf.Select(group => $"member of {group}"),
        ];
        return string.Join(", ", rights);
    }

    private static IEnumerable<Pair<T>> Match<T>(IReadOnlyList<T> saved, IReadOnlyList<T> live, Func<T, string> name)
        where T : class
    {
        var (before, now) = (saved.ToDictionary(name, StringComparer.Ordinal), live.ToDictionary(name, StringComparer.Ordinal));
        return before.Keys.Union(now.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(key => new Pair<T>(key, before.GetValueOrDefault(key), now.GetValueOrDefault(key)));
    }

    private sealed record Pair<T>(string Name, T? Saved, T? Live)
        where T : class;
}
