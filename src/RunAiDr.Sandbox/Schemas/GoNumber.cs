using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RunAiDr.Sandbox.Schemas;

/// <summary>Numbers as the API server keeps them: int64 exactly, all else as a float64 in Go's notation, so 1.0 is 1 and 2^63
/// is 9223372036854776000.</summary>
internal static class GoNumber
{
    /// <summary>Rewrites all numbers in place.</summary>
    /// <returns>The text of a number beyond float64, null when there is none.</returns>
    public static string? Normalise(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                return map.ToList().Select(pair => Child(pair.Value, value => map[pair.Key] = value)).FirstOrDefault(bad => bad is not null);
            case JsonArray list:
                return Enumerable.Range(0, list.Count).Select(i => Child(list[i], value => list[i] = value)).FirstOrDefault(bad => bad is not null);
            default:
                return null;
        }
    }

    /// <summary>The number in Go's notation, null when it is beyond float64.</summary>
    public static string? Canonical(string number)
    {
        if (long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
        {
            return integer.ToString(CultureInfo.InvariantCulture);
        }

        var value = double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (!double.IsFinite(value))
        {
            return null;
        }

        var magnitude = Math.Abs(value);
        if (magnitude != 0 && (magnitude < 1e-6 || magnitude >= 1e21))
        {
            return Scientific(value);
        }

        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.Contains('E', StringComparison.Ordinal)
            ? decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture).ToString("0.#########################", CultureInfo.InvariantCulture)
            : text == "-0" ? "0" : text;
    }

    private static string Scientific(double value)
    {
        // .NET writes these magnitudes with an exponent from 1e15 up and 1e-5 down.
        var source = value.ToString("R", CultureInfo.InvariantCulture);
        var mark = source.IndexOf('E', StringComparison.Ordinal);
        var exponent = int.Parse(source[(mark + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var sign = exponent < 0 ? "-" : "+";
        return $"{source[..mark]}e{sign}{Math.Abs(exponent)}";
    }

    private static string? Child(JsonNode? node, Action<JsonNode?> replace)
    {
        if (node is not JsonValue || node.GetValueKind() != JsonValueKind.Number)
        {
            return Normalise(node);
        }

        var text = node.ToJsonString();
        var canonical = Canonical(text);
        if (canonical is null)
        {
            return text;
        }

        if (canonical != text)
        {
            replace(JsonNode.Parse(canonical));
        }

        return null;
    }
}
