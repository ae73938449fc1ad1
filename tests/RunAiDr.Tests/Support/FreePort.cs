using System.Net;
using System.Net.Sockets;

namespace RunAiDr.Tests.Support;

/// <summary>
/// Ports for programs that have to be told where to listen. They lie below those that the system gives to connections, or
/// one could take such a port before the program listens.
/// </summary>
internal static class FreePort
{
    private const int First = 20_000;
    private const int Count = 12_000;

    private static int _last = Environment.ProcessId % Count;

    public static int Next()
    {
        while (true)
        {
            var port = First + (Interlocked.Increment(ref _last) % Count);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: the next one.
            }
        }
    }
}
