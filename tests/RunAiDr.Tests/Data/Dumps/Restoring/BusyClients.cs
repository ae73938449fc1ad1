using Npgsql;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Data.Dumps.Restoring;

/// <summary>Services that hold connections to a database, and connect again as soon as they are put out.</summary>
internal sealed class BusyClients : IAsyncDisposable
{
    private const int Count = 4;

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _clients;
    private int _answers;

    public BusyClients(PostgresServer server, string database) =>
        _clients = [.. Enumerable.Range(0, Count).Select(_ => Task.Run(() => UseAsync(server.ConnectionString(database))))];

    public int Answers => Volatile.Read(ref _answers);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_clients);
        _stop.Dispose();
    }

    private async Task UseAsync(string connectionText)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = new NpgsqlConnection(connectionText);
                await connection.OpenAsync(_stop.Token);
                while (true)
                {
                    await using var command = new NpgsqlCommand("SELECT count(*) FROM pg_class", connection);
                    await command.ExecuteScalarAsync(_stop.Token);
                    Interlocked.Increment(ref _answers);
                    await Task.Delay(10, _stop.Token);
                }
            }
            catch (Exception failure) when (failure is NpgsqlException or OperationCanceledException)
            {
                // Put out: connect again.
            }
        }
    }
}
