using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Base.Tests.Diagnostics;

public class DiagnosticLimitTests
{
    [Fact]
    public void Of_one_kind_in_one_file_the_first_are_told_and_the_rest_is_counted()
    {
        var limit = new DiagnosticLimit();
        bool Tell(string file, string code, Severity severity) => limit.IsToTell(new(code, severity, "m", file, 1));

        var told = Enumerable.Range(0, 400_000).Count(_ => Tell("a.yaml", DiagnosticCode.NoEffect, Severity.Warning));

        Assert.Equal(DiagnosticLimit.Most, told);
        Assert.True(Tell("b.yaml", DiagnosticCode.NoEffect, Severity.Warning));
        Assert.True(Tell("a.yaml", DiagnosticCode.InvalidValue, Severity.Error));
        Assert.True(Tell("a.yaml", DiagnosticCode.NoEffect, Severity.Error));
        var rest = Assert.Single(limit.Rest());
        Assert.Equal((DiagnosticCode.NoEffect, Severity.Warning, "a.yaml"), (rest.Code, rest.Severity, rest.File));
        Assert.Contains("399980 more", rest.Message, StringComparison.Ordinal);
    }
}
