using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core.Events;

namespace RunAiDr.Core.Yaml;

/// <summary>What a scalar means by the core schema of YAML 1.2, as a JSON value.</summary>
internal static partial class CoreSchema
{
    public static JsonNode? Resolve(Scalar scalar, YamlSource source)
    {
        var text = scalar.Value;
        if (scalar.Style != YamlDotNet.Core.ScalarStyle.Plain)
        {
            return JsonValue.Create(text);
        }

        return text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" => JsonValue.Create(true),
            "false" or "False" or "FALSE" => JsonValue.Create(false),
            _ when JsonNumber().IsMatch(text) => JsonNode.Parse(text),
            _ when text[0] is (>= '0' and <= '9') or '.' or '+' or '-' => ResolveNumber(scalar, source),
            _ => JsonValue.Create(text),
        };
    }

    private static JsonNode? ResolveNumber(Scalar scalar, YamlSource source)
    {
        var text = scalar.Value;
        if (NotFinite().IsMatch(text))
        {
            throw source.Refuse(scalar.Start, "JSON has no infinity and no not-a-number", "Quote it if it is a text.");
        }

        if (LeadingZero().IsMatch(text))
        {
            throw source.Refuse(
                scalar.Start,
                "a number with a leading zero, octal to some readers and decimal to others",
                "Write 0o for octal, or quote it if it is a text.");
        }

        if (Octal().IsMatch(text))
        {
            return Integer(text.AsSpan(2).ToArray().Aggregate(BigInteger.Zero, (sum, digit) => (sum * 8) + (digit - '0')));
        }

        if (Hexadecimal().IsMatch(text))
        {
            return Integer(BigInteger.Parse($"0{text.AsSpan(2)}", NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
        }

        var number = Number().Match(text);
        return number.Success
            ? JsonNode.Parse(
                (number.Groups["sign"].Value == "-" ? "-" : "")
                + (number.Groups["whole"].Length == 0 ? "0" : number.Groups["whole"].Value)
                + (number.Groups["fraction"].Length == 0 ? "" : $".{number.Groups["fraction"].Value}")
                + number.Groups["exponent"].Value)
            : JsonValue.Create(text);
    }

    private static JsonNode? Integer(BigInteger value) =>
        JsonNode.Parse(value.ToString(CultureInfo.InvariantCulture));

    [GeneratedRegex(@"\A-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex JsonNumber();

    [GeneratedRegex(@"\A[-+]?\.(?:inf|Inf|INF|nan|NaN|NAN)\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex NotFinite();

    [GeneratedRegex(@"\A[-+]?0[0-9]+\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex LeadingZero();

    [GeneratedRegex(@"\A0o[0-7]+\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Octal();

    [GeneratedRegex(@"\A0x[0-9a-fA-F]+\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Hexadecimal();

    [GeneratedRegex(@"\A(?<sign>[-+]?)(?=\.?[0-9])0*(?<whole>[0-9]*?)(?:\.(?<fraction>[0-9]*))?(?<exponent>(?:[eE][-+]?[0-9]+)?)\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Number();
}
