using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Text;

/// <summary>
/// A piece of HTML, written as an interpolated string: what stands in the source is markup, and every text put into it is
/// <see cref="Visible"/> and encoded, for content and for attributes in double quotes.
/// </summary>
[InterpolatedStringHandler]
public sealed class Html
{
    private readonly StringBuilder _markup;

    /// <summary>Called by the compiler.</summary>
    public Html(int literalLength, int formattedCount) => _markup = new StringBuilder(literalLength + (16 * formattedCount));

    /// <summary>Nothing.</summary>
    public static Html None { get; } = $"";

    /// <summary>The piece itself, where nothing else says that a string is one.</summary>
    public static Html Of(Html piece) => piece;

    /// <summary>One piece for each item, one after the other.</summary>
    public static Html Each<T>(IEnumerable<T> items, Func<T, Html> write)
    {
        var all = new Html(0, 0);
        foreach (var item in items)
        {
            all.AppendFormatted(write(item));
        }

        return all;
    }

    /// <summary>Called by the compiler, for markup.</summary>
    public void AppendLiteral(string markup) => _markup.Append(markup);

    /// <summary>Called by the compiler, for a piece within another.</summary>
    public void AppendFormatted(Html piece) => _markup.Append(piece._markup);

    /// <summary>Called by the compiler, for a text.</summary>
    public void AppendFormatted(string? text) => _markup.Append(HtmlEncoder.Default.Encode(Visible.Lines(text ?? "")));

    /// <summary>Called by the compiler, for a number.</summary>
    public void AppendFormatted(int number) => _markup.Append(CultureInfo.InvariantCulture, $"{number}");

    /// <summary>Called by the compiler, for a measure.</summary>
    public void AppendFormatted(double number) => _markup.Append(CultureInfo.InvariantCulture, $"{number:0.#}");

    public override string ToString() => _markup.ToString();
}
