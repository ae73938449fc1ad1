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

    private static IEnumerable<FingerprintDifference> CompareRole(Pair<string, RoleContent> role) => role switch
    {
        { Live: null } => [Lost($"role {role.Key}", "role", "what it owned or was granted cannot have been restored as it was")],
        { Saved: null } => [Added($"role {role.Key}", "role")],
        { Saved: var saved, Live: var live } when TextOf(saved) != TextOf(live) =>
            [new($"role {role.Key}", TextOf(saved), TextOf(live), "rights of the role were changed since, or are set otherwise on this server", Suspicious)],
        _ => [],
    };

    private static IEnumerable<FingerprintDifference> CompareDatabase(Pair<string, DatabaseContent> database)
    {
        if (database.Saved is not { } saved)
        {
            return [Added(database.Key, "database")];
        }

        if (database.Live is not { } live)
        {
            return [Lost(database.Key, "database", "it was dropped since, or the restore left it out")];
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

    private static IEnumerable<FingerprintDifference> CompareExtension(string database, Pair<string, ExtensionContent> extension)
    {
        var what = $"extension {extension.Key} of {database}";
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
            var what = $"{saved.Name}.{schema.Key}";
            if (schema.Live is null)
            {
                var tables = saved.Tables.Count(table => table.Schema == schema.Key);
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
        // Tables of a schema that is missing or new as a whole are told by the schema's line. A schema that an extension
        // made is on neither list, and may hold tables of the user.
        var told = saved.Schemas.Except(live.Schemas).Concat(live.Schemas.Except(saved.Schemas)).ToHashSet(StringComparer.Ordinal);
        return Match(Untold(saved), Untold(live), table => (table.Schema, table.Name))
            .SelectMany(table => CompareTable($"{saved.Name}.{table.Key.Schema}.{table.Key.Name}", table));

        IEnumerable<TableContent> Untold(DatabaseContent database) => database.Tables.Where(table => !told.Contains(table.Schema));
    }

    private static IEnumerable<FingerprintDifference> CompareTable(string what, Pair<(string, string), TableContent> table) => table switch
    {
        { Live: null } => [Lost(what, "table", "it was dropped since, or the restore is incomplete")],
        { Saved: null } => [Added(what, "table")],
        { Saved: { } saved, Live: { } live } => CompareRows(what, saved, live),
        _ => [],
    };

    private static IEnumerable<FingerprintDifference> CompareRows(string what, TableContent saved, TableContent live) => (saved.Rows, live.Rows) switch
    {
        ({ } before, { } now) => Differ(before, now, saved.Estimated || live.Estimated) ? [CompareRows(what, saved, before, live, now)] : [],
        _ => [new(what, TextOf(saved), TextOf(live), "the rows were not counted and the planner has no estimate: they cannot be compared", Suspicious)],
    };

    private static bool Differ(long saved, long live, bool estimated) => estimated
        ? Math.Abs(saved - live) > EstimateTolerance * Math.Max(saved, live)
        : saved != live;

    private static FingerprintDifference CompareRows(string what, TableContent saved, long before, TableContent live, long now)
    {
        var by = Math.Abs(now - before);
        var rows = string.Create(
            CultureInfo.InvariantCulture,
            $"{(saved.Estimated || live.Estimated ? "about " : "")}{by} {(by == 1 ? "row" : "rows")} {(now > before ? "more" : "fewer")} than saved");
        var (meaning, severity) = now switch
        {
            _ when now > before => ("written since", Expected),
            0 when !live.Estimated => ("the table is empty: its rows were deleted since, or only its definition was restored", Missing),
            _ => ("rows were deleted since, or the restore is incomplete", Suspicious),
        };
        return new FingerprintDifference(what, TextOf(saved), TextOf(live), $"{rows}: {meaning}", severity);
    }

    private static FingerprintDifference Lost(string what, string noun, string meaning) =>
        new(what, noun, null, $"the {noun} is missing: {meaning}", Missing);

    private static FingerprintDifference Added(string what, string noun) =>
        new(what, null, noun, $"the {noun} was made since, or belongs to somebody else", Expected);

    private static string TextOf(TableContent table) => table.Rows is null
        ? "rows not known"
        : string.Create(CultureInfo.InvariantCulture, $"{(table.Estimated ? "about " : "")}{table.Rows} {(table.Rows == 1 ? "row" : "rows")}");

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

    private static IEnumerable<Pair<string, T>> Match<T>(IEnumerable<T> saved, IEnumerable<T> live, Func<T, string> name)
        where T : class => Match(saved, live, name, StringComparer.Ordinal);

    // Names may hold dots, so a schema and a name are compared one by one.
    private static IEnumerable<Pair<(string Schema, string Name), TableContent>> Match(
        IEnumerable<TableContent> saved, IEnumerable<TableContent> live, Func<TableContent, (string Schema, string Name)> name) =>
        Match(saved, live, name, Comparer<(string Schema, string Name)>.Create((x, y) =>
            string.CompareOrdinal(x.Schema, y.Schema) is not 0 and var schema ? schema : string.CompareOrdinal(x.Name, y.Name)));

    private static IEnumerable<Pair<TKey, T>> Match<TKey, T>(IEnumerable<T> saved, IEnumerable<T> live, Func<T, TKey> name, IComparer<TKey> order)
        where TKey : notnull
        where T : class
    {
        var (before, now) = (saved.ToDictionary(name), live.ToDictionary(name));
        return before.Keys.Union(now.Keys).Order(order)
            .Select(key => new Pair<TKey, T>(key, before.GetValueOrDefault(key), now.GetValueOrDefault(key)));
    }

    private sealed record Pair<TKey, T>(TKey Key, T? Saved, T? Live)
        where T : class;
}
