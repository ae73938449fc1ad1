using RunAiDr.Sandbox.Schemas;

namespace RunAiDr.Tests.Sandbox.Schemas;

public sealed class GoNumberTests
{
    [Theory]
    [InlineData("1.0", "1")]
    [InlineData("1e3", "1000")]
    [InlineData("-0", "0")]
    [InlineData("-0.0", "0")]
    [InlineData("1.10", "1.1")]
    [InlineData("1e21", "1e+21")]
    [InlineData("1E-7", "1e-7")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("1e20", "100000000000000000000")]
    [InlineData("9007199254740993", "9007199254740993")]
    [InlineData("9223372036854775808", "9223372036854776000")]
    [InlineData("123456789012345678901234567890", "1.2345678901234568e+29")]
    public void A_number_is_written_as_the_server_does(string number, string written) => Assert.Equal(written, GoNumber.Canonical(number));

    [Fact]
    public void A_number_beyond_float64_is_none() => Assert.Null(GoNumber.Canonical("1e400"));
}
