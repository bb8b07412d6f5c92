using System.Text;
using System.Text.Json;
using Hobom.Slices.Host.Access;
using Hobom.Slices.Host.CommandLine;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Tests.Fast.Host;

public sealed class KeysTests
{
    const string Sha = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    static readonly DateTimeOffset Noon = new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("", "line 1, byte 1: no JSON")]
    [InlineData("{\n\"keys\": [}", "line 2, byte 10: no JSON")]
    [InlineData("[]", "the file: expected an object")]
    [InlineData("{}", "keys: expected an array")]
    [InlineData("{\"keys\":[1]}", "keys[0]: expected an object")]
    [InlineData("{\"keys\":[{\"name\":\"\\ud83d\"}]}", "the file holds text that is not Unicode")]
    [InlineData("{\"\\ud83d\":[]}", "the file holds text that is not Unicode")]
    [InlineData("{\"keys\":[{\"name\":\"a b\"}]}", "keys[0].name: ")]
    [InlineData("{\"keys\":[{\"name\":\"internal\"}]}", "keys[0].name: ")]
    [InlineData("{\"keys\":[{\"name\":\"a\",\"id\":\"x_y\"}]}", "keys[0].id: ")]
    [InlineData("{\"keys\":[{\"name\":\"a\",\"roles\":[]}]}", "keys[0].roles: expected an array of reader")]
    [InlineData("{\"keys\":[{\"name\":\"a\",\"roles\":[\"root\"]}]}", "keys[0].roles: ")]
    [InlineData("{\"keys\":[{\"name\":\"a\",\"roles\":[\"reader\"],\"sha256\":\"12\"}]}", "keys[0].sha256: ")]
    [InlineData("{\"keys\":[{\"name\":\"a\",\"expire\":\"2027-01-01\"}]}", "keys[0]: unknown field 'expire'")]
    [InlineData("{\"keys\":[{\"name\":\"a\",\"name\":\"b\"}]}", "keys[0]: a field is given twice")]
    [InlineData("{\"keys\":[{\"name\":\"a\",\"roles\":[\"reader\"],\"sha256\":\"" + Sha + "\",\"expires\":\"soon\"}]}", "keys[0].expires: ")]
    [InlineData("{\"keys\":[{\"name\":\"a\",\"roles\":[\"reader\"],\"sha256\":\"" + Sha + "\",\"revoked\":1}]}", "keys[0].revoked: ")]
    public void A_file_with_a_fault_is_refused_where_the_fault_is(string text, string fault) => Assert.StartsWith(
        fault, KeysFileText.Parse(Encoding.UTF8.GetBytes(text)).Match(_ => "accepted", left => left), StringComparison.Ordinal);

    [Fact]
    public void Two_keys_with_one_id_are_refused()
    {
        var entry = $$"""{"name":"a","roles":["reader"],"sha256":"{{Sha}}"}""";
        Assert.Contains("two keys have the id 'a'", KeysFileText.Parse(Encoding.UTF8.GetBytes($"{{\"keys\":[{entry},{entry}]}}")).Match(_ => "", l => l), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_is_in_force_from_its_first_moment_to_before_its_last()
    {
        var key = HostApp.KeyOf("a");
        var ring = new KeyRing([new NamedKey("a", "anna", ["reader"], KeyRing.Digest(key), Noon, Noon.AddHours(1), Revoked: false)]);
        Assert.Equal(KeyRefusal.NotYetValid, ring.Find(key, Noon.AddTicks(-1)).Match(_ => default, why => why));
        Assert.True(ring.Find(key, Noon).IsRight);
        Assert.True(ring.Find(key, Noon.AddHours(1).AddTicks(-1)).IsRight);
        Assert.Equal(KeyRefusal.Expired, ring.Find(key, Noon.AddHours(1)).Match(_ => default, why => why));
        Assert.Equal(KeyRefusal.Unknown, ring.Find(key + "x", Noon.AddHours(1)).Match(_ => default, why => why));
    }

    [Fact]
    public async Task A_new_key_is_printed_once_with_an_entry_that_lets_it_in()
    {
        using var output = new StringWriter();
        Assert.Equal(0, await RunAsync(output, "new", "--name", "ops-anna", "--role", "operator", "auditor", "--expires", "2027-01-01"));
        var text = output.ToString();
        var key = text.Split('\n').Single(l => l.StartsWith("relay_", StringComparison.Ordinal)).Trim();
        var entry = text[text.IndexOf('{', StringComparison.Ordinal)..];
        Assert.DoesNotContain(key, entry, StringComparison.Ordinal);
        var ring = KeysFileText.Parse(Encoding.UTF8.GetBytes($"{{\"keys\":[{entry}]}}")).Right();
        var found = ring.Find(key, Noon).Right();
        Assert.Equal("ops-anna", found.Name);
        Assert.Equal(["operator", "auditor"], found.Roles);
        Assert.True(Convert.FromBase64String(key[(key.IndexOf('_', 6) + 1)..].Replace('-', '+').Replace('_', '/') + "=").Length >= 32);
    }

    [Theory]
    [InlineData]
    [InlineData("new")]
    [InlineData("new", "--name", "a")]
    [InlineData("new", "--name", "a", "--role", "root")]
    [InlineData("new", "--name", "internal", "--role", "reader")]
    [InlineData("new", "--name", "a", "--role", "reader", "--expires", "soon")]
    [InlineData("old")]
    public async Task A_wrong_command_makes_no_key(params string[] args)
    {
        using var output = new StringWriter();
        Assert.Equal(2, await RunAsync(output, args));
        Assert.Equal("", output.ToString());
    }

    static Task<int> RunAsync(TextWriter output, params string[] args) => HobomCommand.RunAsync(
        ["keys", .. args],
        new CommandTools(
            new Terminal(TextReader.Null, output, TextWriter.Null, CanAsk: false, IsScreen: false), _ => null,
            () => throw new InvalidOperationException("a request was made"), () => Task.CompletedTask),
        () => throw new InvalidOperationException("the processor was started"));

    [Fact]
    public void A_changed_file_takes_effect_and_a_broken_one_leaves_the_keys_and_says_so_once()
    {
        var path = Path.GetTempFileName();
        var lines = new FormattedLines();
        using var logs = lines.NewFactory();
        try
        {
            Write("a");
            var first = KeysFile.Load(path).Right();
            using var file = new KeysFile(path, first, TimeProvider.System, logs.CreateLogger<KeysFile>());
            file.Refresh();
            Assert.Empty(lines.All);

            Write("b");
            file.Refresh();
            Assert.Equal((false, true), (Knows(file, "a"), Knows(file, "b")));

            File.WriteAllText(path, "{\"keys\":[{]}");
            file.Refresh();
            file.Refresh();
            File.Delete(path);
            file.Refresh();
            file.Refresh();
            Assert.True(Knows(file, "b"));
            Assert.Equal(2, lines.All.Count(l => l.Contains(" fail: ", StringComparison.Ordinal)));
            Assert.Contains(lines.All, l => l.Contains("line 1", StringComparison.Ordinal));

            Write("c");
            file.Refresh();
            Assert.True(Knows(file, "c"));
        }
        finally
        {
            File.Delete(path);
        }

        void Write(string id) => File.WriteAllText(path, JsonSerializer.Serialize(new
        {
            keys = (object[])[new { name = id, roles = (string[])["reader"], sha256 = Convert.ToHexString(KeyRing.Digest(HostApp.KeyOf(id))) }],
        }));

        static bool Knows(KeysFile file, string id) => file.Keys.Find(HostApp.KeyOf(id), Noon).IsRight;
    }
}
