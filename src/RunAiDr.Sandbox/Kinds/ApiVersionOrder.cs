using System.Globalization;
using System.Text.RegularExpressions;

namespace RunAiDr.Sandbox.Kinds;

/// <summary>Kubernetes' order of versions: <c>v2</c> over <c>v1</c> over <c>v1beta2</c> over <c>v1alpha1</c> over anything else.</summary>
internal sealed partial class ApiVersionOrder : IComparer<string?>
{
    public static readonly ApiVersionOrder Instance = new();

    public int Compare(string? x, string? y)
    {
        var order = Rank(x ?? "").CompareTo(Rank(y ?? ""));
        return order != 0 ? order : string.CompareOrdinal(y, x);
    }

    private static (int Stability, int Major, int Minor) Rank(string version)
    {
        var match = Pattern().Match(version);
        if (!match.Success)
        {
            return default;
        }

        var stability = match.Groups["stage"].Value switch { "" => 3, "beta" => 2, _ => 1 };
        return (stability, Number(match.Groups["major"].Value), Number(match.Groups["minor"].Value));
    }

    private static int Number(string digits) => digits.Length == 0 ? 0 : int.Parse(digits, CultureInfo.InvariantCulture);

    [GeneratedRegex("^v(?<major>[0-9]{1,8})((?<stage>alpha|beta)(?<minor>[0-9]{1,8}))?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Pattern();
}
