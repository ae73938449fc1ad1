using System.Globalization;
using RunAiDr.Core;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Secrets.Sealing;

namespace RunAiDr.Cli.Configuration;

/// <summary>The file of the key that tells whether secrets changed.</summary>
internal static class HmacKeyFile
{
    private const int Longest = 4096;
    private const string Make = "Make one: openssl rand -hex 32.";

    /// <exception cref="RunAiDrException">It is not there or cannot be read, everybody may read it, or it is no key.</exception>
    public static SecretMac Read(string path) =>
        TryRead(path) ?? throw Wrong($"The HMAC key {path} cannot be read: it is not there.", Make);

    /// <summary>Null when the key is not at hand, as on a machine that only restores.</summary>
    /// <exception cref="RunAiDrException">It is there and cannot be read, everybody may read it, or it is no key.</exception>
    public static SecretMac? TryRead(string path)
    {
        try
        {
            return Of(path);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Wrong($"The HMAC key {path} cannot be read: {failure.Message}", "Let this user read it.", failure);
        }
    }

    private static SecretMac Of(string path)
    {
        using var file = File.OpenHandle(path);

        // A mounted Secret is its group's too, where the pod has an fsGroup.
        if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(file).HasFlag(UnixFileMode.OtherRead))
        {
            throw Wrong($"Everybody on this machine may read the HMAC key {path}.", "Take that right away: chmod o-r, or defaultMode: 0440 where a Secret is mounted.");
        }

        var content = new byte[Longest + 1];
        var length = RandomAccess.Read(file, content, 0);
        var key = SecretText.Of(content[..length]);
        key = key.IsBinary ? key : new SecretText(key.Reveal().TrimEnd('\r', '\n'));
        return key.RevealBytes().Length switch
        {
            < SecretMac.ShortestKey => throw Wrong(
                string.Create(CultureInfo.InvariantCulture, $"The HMAC key {path} is shorter than {SecretMac.ShortestKey} bytes."), Make),
            > Longest => throw Wrong(string.Create(CultureInfo.InvariantCulture, $"The HMAC key {path} is longer than {Longest} bytes."), Make),
            _ => new SecretMac(key),
        };
    }

    private static RunAiDrException Wrong(string message, string remedy, Exception? inner = null) =>
        new(Fault.Configuration, Visible.Text(message), $"{remedy} The key of the configuration is `secrets.hmacKeyFile`.", inner);
}
