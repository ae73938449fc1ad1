using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RunAiDr.Cli.Output;
using RunAiDr.Cli.Service;
using RunAiDr.Core;

namespace RunAiDr.Tests.Cli.Output;

public sealed class PrinterTests : IDisposable
{
    private const string Hostile = "a\u001b]0;x\u0007\u009b31m\rb\u202ec\u2066d\u200fe\tf\u0000g";

    private readonly StringWriter _output = new() { NewLine = "\n" };

    public void Dispose() => _output.Dispose();

    [Theory]
    [InlineData("Text")]
    [InlineData("Json")]
    [InlineData("Yaml")]
    public void A_terminal_obeys_nothing_of_a_result(string format)
    {
        var document = new JsonObject { [Hostile] = Hostile, ["lines"] = $"{Hostile}\nmore\n" };

        new Printer(_output, TextWriter.Null).Result(Enum.Parse<OutputFormat>(format), [Hostile], () => document);

        AssertHarmless();
        if (format == "Json")
        {
            Assert.True(JsonNode.DeepEquals(document, JsonNode.Parse(_output.ToString())));
        }

        if (format == "Yaml")
        {
            Assert.True(JsonNode.DeepEquals(document, RunAiDr.Core.Yaml.YamlReader.Read(Encoding.UTF8.GetBytes(_output.ToString()), "y", Fault.RestorePoint)));
        }
    }

    [Fact]
    public void A_terminal_obeys_nothing_of_a_failure()
    {
        var printer = new Printer(TextWriter.Null, _output);

        printer.Failure(new RunAiDrException(Fault.RestorePoint, Hostile, Hostile));
        printer.Failure(new InvalidOperationException(Hostile));

        AssertHarmless();
    }

    [Fact]
    public void A_terminal_obeys_nothing_of_a_log_line_and_a_name_makes_no_second_one()
    {
        var line = new VisibleLine(TimeProvider.System);

        line.Write(
            new LogEntry<string>(LogLevel.Warning, "sync", new EventId(7), $"{Hostile}\nforged", new InvalidOperationException(Hostile), (state, _) => state),
            scopeProvider: null,
            _output);

        AssertHarmless();
        Assert.Equal(1, _output.ToString().Count(letter => letter == '\n'));
    }

    private void AssertHarmless() => Assert.DoesNotContain(_output.ToString(), letter =>
        letter != '\n' && char.GetUnicodeCategory(letter) is UnicodeCategory.Control or UnicodeCategory.Format);
}
