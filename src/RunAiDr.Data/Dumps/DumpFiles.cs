using RunAiDr.Data.Age;

namespace RunAiDr.Data.Dumps;

/// <summary>Names of the files of a set.</summary>
internal static class DumpFiles
{
    /// <summary>The snapshot reference, as Git has it: a set can be used without Git. It is written last.</summary>
    public const string Reference = "reference.yaml";

    private const string GlobalsStem = "globals.sql";
    private const string DumpExtension = ".dump";

    private static readonly string[] Extensions = [".sql", DumpExtension];

    public static string Globals(AgeRecipients recipients) => GlobalsStem + recipients.Extension;

    // Names of databases are at most 63 bytes long, so that the longest fits three times over.
    public static string Of(string database, AgeRecipients recipients)
    {
        var stem = Uri.EscapeDataString(database);
        return (stem.StartsWith('.') ? $"%2E{stem[1..]}" : stem) + DumpExtension + recipients.Extension;
    }

    /// <summary>Whether a file is one that we write.</summary>
    public static bool IsOurs(string name)
    {
        var plain = name.EndsWith(".age", StringComparison.Ordinal) ? name[..^".age".Length] : name;
        return name == Reference || Array.Exists(Extensions, extension => plain.EndsWith(extension, StringComparison.Ordinal));
    }
}
