using System.Globalization;
using System.Text.Json;

namespace RunAiDr.Benchmarks;

/// <summary>One row: <see cref="Ratio"/> is to <see cref="Baseline"/>, <see cref="Met"/> null where nothing is wanted.</summary>
internal sealed record Figure(string Name, double Value, string Unit)
{
    public double? Ratio { get; init; }

    public string Baseline { get; init; } = "";

    public string Wanted { get; init; } = "";

    public bool? Met { get; init; }
}

/// <summary>What came out, as a table or as JSON.</summary>
internal static class Figures
{
    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    public static void Print(IReadOnlyList<Figure> figures, bool asJson, TextWriter output)
    {
        if (asJson)
        {
            output.WriteLine(JsonSerializer.Serialize(figures, Form));
            return;
        }

        string[][] rows = [["name", "figure", "ratio", "baseline", "wanted"], .. figures.Select(Cells)];
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
        {
            output.WriteLine(string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
        }
    }

    private static string[] Cells(Figure figure) =>
    [
        figure.Name,
        string.Create(CultureInfo.InvariantCulture, $"{figure.Value.ToString(figure.Value < 100 ? "0.00" : "#,0", CultureInfo.InvariantCulture)} {figure.Unit}"),
        figure.Ratio?.ToString("0.00", CultureInfo.InvariantCulture) ?? "",
        figure.Baseline,
        figure.Met is { } met ? $"{figure.Wanted}  {(met ? "met" : "MISSED")}" : figure.Wanted,
    ];
}
