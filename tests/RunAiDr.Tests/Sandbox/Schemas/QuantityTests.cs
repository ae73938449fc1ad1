using RunAiDr.Sandbox.Schemas;

namespace RunAiDr.Tests.Sandbox.Schemas;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("1024Mi", "1Gi")]
    [InlineData("0.5Gi", "512Mi")]
    [InlineData("1.5", "1500m")]
    [InlineData("1500m", "1500m")]
    [InlineData("2000m", "2")]
    [InlineData("1000", "1k")]
    [InlineData("10", "10")]
    [InlineData("0", "0")]
    [InlineData("0Gi", "0")]
    [InlineData("100G", "100G")]
    [InlineData("1e3", "1e3")]
    [InlineData("1.5Gi", "1536Mi")]
    [InlineData("1Ki", "1Ki")]
    [InlineData("-1024Ki", "-1Mi")]
    [InlineData("0.1n", "1n")]
    public void A_quantity_has_one_text(string text, string canonical) => Assert.Equal(canonical, Quantity.Canonical(text));

    [Theory]
    [InlineData("")]
    [InlineData("big")]
    [InlineData("1 Gi")]
    [InlineData("1gi")]
    public void Other_text_is_no_quantity(string text) => Assert.Null(Quantity.Canonical(text));
}
