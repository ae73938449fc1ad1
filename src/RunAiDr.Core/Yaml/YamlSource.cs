using YamlDotNet.Core;

namespace RunAiDr.Core.Yaml;

/// <summary>Where a YAML text comes from and what its defects mean.</summary>
internal sealed record YamlSource(string Where, Fault Fault)
{
    public RunAiDrException Refuse(Mark at, string what, string remedy, Exception? inner = null) =>
        new(Fault, $"{Where}:{at.Line}:{at.Column}: {what}", remedy, inner);
}
