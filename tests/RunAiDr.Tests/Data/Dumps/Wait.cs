namespace RunAiDr.Tests.Data.Dumps;

/// <summary>Waits for what happens in another process.</summary>
internal static class Wait
{
    public static async Task UntilAsync(Func<bool> happened)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!happened())
        {
            await Task.Delay(20, limit.Token);
        }
    }
}
