using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core.Events;

namespace RunAiDr.Core.Yaml;

/// <summary>What a scalar means by the core schema of YAML 1.2, as a JSON value.</summary>
internal static partial class CoreSchema
{
    private const RegexOptions Linear = RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking;

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

    /// <summary>Numbers that JSON would write otherwise, and texts that only begin like one.</summary>
    private static JsonValue ResolveNumber(Scalar scalar, YamlSource source)
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

        var based = Based().Match(text);
        if (based.Success)
        {
            return ResolveBased(scalar, based, source);
        }

        var number = Decimal().Match(text);
        if (!number.Success || (number.Groups["whole"].Length == 0 && number.Groups["fraction"].Length == 0))
        {
            return JsonValue.Create(text);
        }

        var whole = number.Groups["whole"].Value.TrimStart('0');
        var fraction = number.Groups["fraction"].Value;
        return JsonNode.Parse(
            (text[0] == '-' ? "-" : "")
            + (whole.Length == 0 ? "0" : whole)
            + (fraction.Length == 0 ? "" : $".{fraction}")
            + number.Groups["exponent"].Value)!.AsValue(); // never the null literal
    }

    private static JsonValue ResolveBased(Scalar scalar, Match based, YamlSource source)
    {
        try
        {
            var (octal, hexadecimal) = (based.Groups["octal"], based.Groups["hexadecimal"]);
            return JsonValue.Create(octal.Success
                ? Convert.ToUInt64(octal.Value, 8)
                : Convert.ToUInt64(hexadecimal.Value, 16));
        }
        catch (OverflowException failure)
        {
            const string What = "an octal or hexadecimal number over 64 bits";
            throw source.Refuse(scalar.Start, What, "Write it in decimal.", failure);
        }
    }

    [GeneratedRegex(@"\A-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?\z", Linear)]
    private static partial Regex JsonNumber();

    [GeneratedRegex(@"\A[-+]?\.(inf|Inf|INF|nan|NaN|NAN)\z", Linear)]
    private static partial Regex NotFinite();

    [GeneratedRegex(@"\A[-+]?0[0-9]+\z", Linear)]
    private static partial Regex LeadingZero();

    [GeneratedRegex(@"\A(0o(?<octal>[0-7]+)|0x(?<hexadecimal>[0-9a-fA-F]+))\z", Linear)]
    private static partial Regex Based();

    [GeneratedRegex(@"\A[-+]?(?<whole>[0-9]*)(\.(?<fraction>[0-9]*))?(?<exponent>([eE][-+]?[0-9]+)?)\z", Linear)]
    private static partial Regex Decimal();
}
