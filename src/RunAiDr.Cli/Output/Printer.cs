using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Cli.Output;

/// <summary>
/// Writes the result of a command in the asked format to standard output; failures to standard error. Whatever a name from
/// elsewhere holds, a terminal obeys nothing of it.
/// </summary>
internal sealed class Printer(TextWriter output, TextWriter error)
{
    private static readonly JsonSerializerOptions Indented =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Prints <paramref name="lines"/>, or <paramref name="document"/> when the format is for machines.</summary>
    public void Result(OutputFormat format, IEnumerable<string> lines, Func<JsonNode> document)
    {
        switch (format)
        {
            case OutputFormat.Json:
                output.WriteLine(Json(document()));
                break;
            case OutputFormat.Yaml:
                output.Write(Encoding.UTF8.GetString(YamlWriter.ToBytes(document())));
                break;
            default:
                foreach (var line in lines)
                {
                    output.WriteLine(Visible.Text(line));
                }

                break;
        }
    }

    /// <summary>As above, or a table as CSV or Markdown.</summary>
    public void Result(OutputFormat format, IEnumerable<string> lines, Func<Table> table, Func<JsonNode> document)
    {
        switch (format)
        {
            case OutputFormat.Csv:
                Write(table().Csv(), "\r\n");
                break;
            case OutputFormat.Markdown:
                Write(table().Markdown(), "\n");
                break;
            default:
                Result(format, lines, document);
                break;
        }
    }

    /// <summary>As above, or a page of Markdown.</summary>
    public void Result(OutputFormat format, IEnumerable<string> lines, Func<IEnumerable<string>> page, Func<JsonNode> document)
    {
        if (format == OutputFormat.Markdown)
        {
            Write(page(), "\n");
            return;
        }

        Result(format, lines, document);
    }

    /// <summary>One of many results, at once: a blank line follows <paramref name="lines"/>; JSON is one line.</summary>
    public void Event(OutputFormat format, IEnumerable<string> lines, string json)
    {
        if (format == OutputFormat.Json)
        {
            output.WriteLine(json);
        }
        else
        {
            Write(lines.Select(Visible.Text).Append(""), "\n");
        }

        output.Flush();
    }

    public static string Json(JsonNode document) => Visible.Json(document.ToJsonString(Indented));

    private void Write(IEnumerable<string> lines, string ending)
    {
        foreach (var line in lines)
        {
            output.Write(line + ending);
        }
    }

    public void Failure(Exception failure)
    {
        switch (failure)
        {
            case RunAiDrException fault:
                error.WriteLine(Visible.Lines($"Error: {fault.Message}"));
                error.WriteLine(Visible.Lines($"What to do: {fault.Remedy}"));
                break;
            case OperationCanceledException:
                error.WriteLine("Interrupted.");
                break;
            default:
                error.WriteLine("This is a defect of runai-dr; please report it with the lines below.");
                error.WriteLine(Visible.Lines(failure.ToString()));
                break;
        }
    }
}
