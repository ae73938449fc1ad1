using System.Runtime.CompilerServices;
using System.Text;

namespace RunAiDr.Tests.Support;

/// <summary>
/// Compares a text with <c>&lt;Class&gt;.&lt;Method&gt;[_parameter].verified.txt</c> beside the test. What differs is
/// left as <c>.received.txt</c>: read it, and rename it when it is right.
/// </summary>
internal static class Verified
{
    public static void Text(
        string received,
        string? parameter = null,
        [CallerFilePath] string source = "",
        [CallerMemberName] string method = "")
    {
        var name = $"{Path.GetFileNameWithoutExtension(source)}.{method}{(parameter is null ? "" : $"_{parameter}")}";
        var stem = Path.Combine(Path.GetDirectoryName(source)!, name);
        var (verifiedPath, receivedPath) = ($"{stem}.verified.txt", $"{stem}.received.txt");
        var verified = File.Exists(verifiedPath) ? File.ReadAllText(verifiedPath) : null;
        if (received == verified)
        {
            File.Delete(receivedPath);
            return;
        }

        File.WriteAllText(receivedPath, received, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        Assert.Fail(verified is null
            ? $"{verifiedPath} is missing; received:\n{received}"
            : $"{verifiedPath} differs:\n{Difference(verified, received)}");
    }

    /// <summary>The lines that differ between the equal head and tail, three equal ones before.</summary>
    internal static string Difference(string verified, string received)
    {
        var (before, after) = (verified.Split('\n'), received.Split('\n'));
        var shorter = Math.Min(before.Length, after.Length);
        var head = Enumerable.Range(0, shorter).TakeWhile(i => before[i] == after[i]).Count();
        var tail = Enumerable.Range(1, shorter - head).TakeWhile(i => before[^i] == after[^i]).Count();
        var text = new StringBuilder($"@@ line {head + 1}\n");
        text.AppendJoin("", before[Math.Max(0, head - 3)..head].Select(line => $"  {line}\n"));
        text.AppendJoin("", before[head..^tail].Select(line => $"- {line}\n"));
        text.AppendJoin("", after[head..^tail].Select(line => $"+ {line}\n"));
        return text.ToString();
    }
}
