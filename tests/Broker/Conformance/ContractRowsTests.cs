using System.Reflection;

namespace Hobom.Slices.Tests.Broker.Conformance;

/// <summary>No row of the contracts is without a test, and no test that is named is missing.</summary>
public sealed class ContractRowsTests
{
    static readonly string[] Wanted =
    [
        .. Rows("E", 14), .. Rows("S", 8), .. Rows("B", 14), .. Rows("M", 16), .. Rows("O", 8), .. Rows("I", 6), .. Rows("R", 3),
        .. Rows("D", 19), .. Rows("H", 20),
    ];

    [Fact]
    public void Every_row_is_there_and_no_other() =>
        Assert.Equal(Wanted.Order(StringComparer.Ordinal), ContractRows.All.Select(r => r.Row).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Every_test_that_is_named_is_one() =>
        Assert.Equal([], ContractRows.All.Where(r => !IsTest(r.Test)).Select(r => $"{r.Row}: {r.Test}"));

    /// <summary>Of the suite that every store runs, the tests are the base class's.</summary>
    static bool IsTest(string name) =>
        name.Split('.') is [var type, var method]
        && Assembly.GetExecutingAssembly().GetTypes().Where(t => t.Name == type).SelectMany(t => t.GetMethods())
            .Any(m => m.Name == method && m.GetCustomAttributes().Any(a => a is FactAttribute));

    static IEnumerable<string> Rows(string letter, int count) => Enumerable.Range(1, count).Select(n => $"{letter}{n}");
}
