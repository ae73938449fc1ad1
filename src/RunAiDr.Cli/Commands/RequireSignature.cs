using System.CommandLine;

namespace RunAiDr.Cli.Commands;

/// <summary>The option of every command that works from a restore point.</summary>
internal static class RequireSignature
{
    public static Option<bool> Option() => new("--require-signature")
    {
        Description = "Refuse a restore point that is not signed by one of the allowed signers",
    };
}
