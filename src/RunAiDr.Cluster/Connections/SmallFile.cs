using RunAiDr.Core;

namespace RunAiDr.Cluster.Connections;

/// <summary>Reads kubeconfigs, tokens and certificates, which are small; a path may lead to something that never ends.</summary>
internal static class SmallFile
{
    private const int Largest = 4 * 1024 * 1024;

    /// <exception cref="RunAiDrException">It is too large.</exception>
    public static byte[] Read(string path)
    {
        using var file = File.OpenRead(path);
        using var content = new MemoryStream();
        var part = new byte[16 * 1024];
        int count;
        while ((count = file.Read(part)) > 0)
        {
            content.Write(part, 0, count);
            if (content.Length > Largest)
            {
                throw new RunAiDrException(
                    Fault.Configuration, $"{path} is larger than {Largest / 1024 / 1024} MiB", "Name a kubeconfig, token or certificate file.");
            }
        }

        return content.ToArray();
    }
}
