using System.Runtime.CompilerServices;

namespace RunAiDr.Tests.Support;

/// <summary>Compares a text with the <c>.verified.txt</c> file beside the test; a difference leaves <c>.received.txt</c> there.</summary>
internal static class Verified
{
    public static void Text(string actual, [CallerFilePath] string file = "", [CallerMemberName] string test = "")
    {
        var stem = Path.Combine(Path.GetDirectoryName(file)!, $"{Path.GetFileNameWithoutExtension(file)}.{test}");
        var verified = $"{stem}.verified.txt";
        if (File.Exists(verified) && File.ReadAllText(verified) == actual)
        {
            File.Delete($"{stem}.received.txt");
            return;
        }

        File.WriteAllText($"{stem}.received.txt", actual);
        Assert.Equal(File.Exists(verified) ? File.ReadAllText(verified) : "", actual);
    }
}
