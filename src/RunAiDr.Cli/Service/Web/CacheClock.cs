using Microsoft.Extensions.Internal;

namespace RunAiDr.Cli.Service.Web;

/// <summary>The time of the process for caches, which know <see cref="TimeProvider"/> under another name.</summary>
internal sealed class CacheClock(TimeProvider clock) : ISystemClock
{
    public DateTimeOffset UtcNow => clock.GetUtcNow();
}
