using RunAiDr.Core.State;

namespace RunAiDr.Tests.Core.Sync;

internal static class TestTexts
{
    public static CommitText Confirmed { get; } = new("confirmed", "by an operator", []);
}
