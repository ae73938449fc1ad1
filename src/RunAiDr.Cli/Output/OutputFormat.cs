namespace RunAiDr.Cli.Output;

internal enum OutputFormat
{
    Text,
    Json,
    Yaml,
    Markdown,
    Csv,
}
