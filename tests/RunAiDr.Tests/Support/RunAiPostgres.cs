namespace RunAiDr.Tests.Support;

/// <summary>A PostgreSQL with the schema of <see cref="RunAiSchema"/>, for the tests of one class that change nothing.</summary>
public sealed class RunAiPostgres : IAsyncLifetime
{
    private PostgresServer? _server;

    internal PostgresServer Server => _server ?? throw new InvalidOperationException("It is not started.");

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.StartAsync();
        await RunAiSchema.CreateAsync(_server);
    }

    public async Task DisposeAsync() => await Server.DisposeAsync();
}
