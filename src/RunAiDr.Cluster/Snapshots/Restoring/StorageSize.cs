using System.Globalization;

namespace RunAiDr.Cluster.Snapshots.Restoring;

/// <summary>Sizes of volumes as Kubernetes quantities.</summary>
internal static class StorageSize
{
    private static readonly string[] Binary = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    private static readonly string[] Decimal = ["", "k", "M", "G", "T", "P", "E"];

    /// <summary>The least number of bytes that a quantity stands for; null for what is none, or beyond all storage.</summary>
    public static long? Bytes(string? quantity)
    {
        var text = quantity ?? "";
        var unit = text.TrimStart('+', '-', '.', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
        var factor = Factor(Array.IndexOf(Binary, unit), 1024) ?? Factor(Array.IndexOf(Decimal, unit), 1000);
        var digits = text;
        if (factor is not null)
        {
            digits = text[..^unit.Length];
        }

        // 1e9 has an exponent and no unit.
        if (!decimal.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || number < 0)
        {
            return null;
        }

        try
        {
            return (long)Math.Ceiling(number * (factor ?? 1));
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    /// <summary>The largest unit that says it exactly.</summary>
    public static string Text(long bytes)
    {
        var unit = 0;
        while (unit < Binary.Length - 1 && bytes > 0 && bytes % 1024 == 0)
        {
            bytes /= 1024;
            unit++;
        }

        return bytes.ToString(CultureInfo.InvariantCulture) + Binary[unit];
    }

    private static decimal? Factor(int power, int step)
    {
        if (power < 0)
        {
            return null;
        }

        var factor = 1m;
        for (; power > 0; power--)
        {
            factor *= step;
        }

        return factor;
    }
}
