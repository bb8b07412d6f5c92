using System.Reflection;
using System.Text.RegularExpressions;

namespace Hobom.Slices.Tests.Streams.Rules;

/// <summary>Each row of the contract has a test: its name begins with the row's, or it has the row as a trait.</summary>
public sealed partial class RowTableTests
{
    public static TheoryData<string> Rows =>
    [
        .. Enumerable.Range(1, 15).Select(n => $"C{n}"), .. Enumerable.Range(1, 12).Select(n => $"N{n}"),
        .. Enumerable.Range(1, 20).Select(n => $"D{n}"), .. Enumerable.Range(1, 9).Select(n => $"S{n}"),
    ];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Has_a_test(string row) => Assert.Contains(Tests(), test => RowsOf(test).Contains(row));

    static IEnumerable<MethodInfo> Tests() => typeof(RowTableTests).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods()).Where(method => method.GetCustomAttributes<FactAttribute>().Any());

    static IEnumerable<string> RowsOf(MethodInfo test)
    {
        if (RowNames().Match(test.Name) is { Success: true } named)
            foreach (var group in named.Groups.Values.Skip(1).Where(g => g.Success)) yield return group.Value;
        foreach (var trait in test.GetCustomAttributesData().Where(a => a.AttributeType == typeof(TraitAttribute)))
            if ((string?)trait.ConstructorArguments[0].Value == "row") yield return (string)trait.ConstructorArguments[1].Value!;
    }

    [GeneratedRegex("^(?<row>[CNDS][0-9]+)_(and_(?<second>[CNDS][0-9]+)_)?", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 5_000)]
    private static partial Regex RowNames();
}
