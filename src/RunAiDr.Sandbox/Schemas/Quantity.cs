using System.Globalization;
using System.Numerics;

namespace RunAiDr.Sandbox.Schemas;

/// <summary>Kubernetes quantities in their canonical text: 1024Mi is 1Gi, 0.5Gi is 512Mi, 1.5 is 1500m.</summary>
internal static class Quantity
{
    private static readonly string[] Binary = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    private static readonly (string Suffix, int Exponent)[] Decimal =
        [("E", 18), ("P", 15), ("T", 12), ("G", 9), ("M", 6), ("k", 3), ("", 0), ("m", -3), ("u", -6), ("n", -9)];

    /// <summary>The canonical text, null when <paramref name="text"/> is no quantity.</summary>
    public static string? Canonical(string text)
    {
        var end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.' || (end == 0 && text[end] is '+' or '-')))
        {
            end++;
        }

        var suffix = text[end..];
        if (!TryDigits(text[..end], out var digits, out var scale))
        {
            return null;
        }

        var binary = Array.IndexOf(Binary, suffix);
        if (binary > 0)
        {
            return BinaryText(digits * BigInteger.Pow(1024, binary), scale);
        }

        if (DecimalExponent(suffix) is not { } exponent)
        {
            return null;
        }

        var scientific = suffix.Length > 1;
        return DecimalText(digits, exponent - scale, scientific);
    }

    /// <summary>The number that a quantity stands for; 0 for a text that is none.</summary>
    public static decimal Bytes(string text)
    {
        var suffix = text.TrimStart('+', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '.');
        if (!decimal.TryParse(text[..^suffix.Length], NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            return 0;
        }

        var binary = Array.IndexOf(Binary, suffix);
        return number * (binary > 0 ? (decimal)BigInteger.Pow(1024, binary) : (decimal)Math.Pow(10, DecimalExponent(suffix) ?? 0));
    }

    private static bool TryDigits(string text, out BigInteger digits, out int scale)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        scale = point < 0 ? 0 : text.Length - point - 1;
        var bare = point < 0 ? text : text.Remove(point, 1);
        return BigInteger.TryParse(bare, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out digits);
    }

    private static int? DecimalExponent(string suffix)
    {
        foreach (var (known, exponent) in Decimal)
        {
            if (known == suffix)
            {
                return exponent;
            }
        }

        return suffix.Length > 1 && suffix[0] is 'e' or 'E'
            && int.TryParse(suffix[1..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var power) ? power : null;
    }

    // Below 1024 and for fractions the binary form is written as the decimal one.
    private static string BinaryText(BigInteger value, int scale)
    {
        var divisor = BigInteger.Pow(10, scale);
        if (!(value % divisor).IsZero)
        {
            return DecimalText(value, -scale, scientific: false);
        }

        value /= divisor;
        var unit = 0;
        while (unit < Binary.Length - 1 && !value.IsZero && (value % 1024).IsZero)
        {
            value /= 1024;
            unit++;
        }

        return value.ToString(CultureInfo.InvariantCulture) + Binary[unit];
    }

    private static string DecimalText(BigInteger digits, int exponent, bool scientific)
    {
        if (digits.IsZero)
        {
            return "0";
        }

        while ((digits % 10).IsZero)
        {
            digits /= 10;
            exponent++;
        }

        // Nano is the finest unit; what is smaller is rounded up.
        while (exponent < -9)
        {
            digits = BigInteger.DivRem(digits, 10, out var rest) + (rest.IsZero ? 0 : rest.Sign);
            exponent++;
        }

        var step = Math.Min(18, (int)Math.Floor(exponent / 3.0) * 3);
        digits *= BigInteger.Pow(10, exponent - step);
        var suffix = scientific && step != 0 ? $"e{step}" : Decimal.First(unit => unit.Exponent == step).Suffix;
        return digits.ToString(CultureInfo.InvariantCulture) + suffix;
    }
}
