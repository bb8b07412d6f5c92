using System.Linq.Expressions;
using System.Text;
using System.Text.Json;
using Hobom.Slices.Outbox.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Hobom.Slices.Tests.Broker.Outbox;

/// <summary>Owned and complex parts of a row: told as the database has them, or hidden with all that is in them.</summary>
public abstract partial class SaveCaptureConformance
{
    static readonly IReadOnlyList<Expression<Func<Vault, object?>>> Parts =
        [v => v.Owned, v => v.OwnedJson, v => v.Complex, v => v.ComplexJson, v => v.ComplexList];

    public static TheoryData<string> WaysToHide => ["ignored part", "masked part", "ignored type", "ignore attribute", "mask attribute", "ignored class"];

    [Theory]
    [MemberData(nameof(WaysToHide))]
    public async Task What_lies_in_a_hidden_part_is_in_no_event_of_a_save_or_of_a_read(string way)
    {
        await using (var context = await NewVaultContextAsync(options => HideParts(options, way)))
        {
            var vault = VaultOf(way);
            context.Add(vault);
            await context.SaveChangesAsync();
            vault.Name = "changed";
            await context.SaveChangesAsync();
            context.ChangeTracker.Clear();
            Assert.NotNull(await context.FindAsync(vault.GetType(), vault.Id));
            context.Remove(context.ChangeTracker.Entries().First(e => e.Entity is IVault).Entity);
            await context.SaveChangesAsync();
        }

        var captured = await CapturedAsync();
        Assert.True(captured.Count == 4, string.Join('\n', captured));
        Assert.Equal(["create", "update", "read", "delete"], captured.Select(e => e.Operation));
        Assert.All(captured, e => Assert.DoesNotContain("s3cret", e.Payload, StringComparison.Ordinal));
        using var created = JsonDocument.Parse(captured[0].Payload);
        var row = created.RootElement.GetProperty("new");
        Assert.Equal("n", row.GetProperty("Name").GetString());
        if (way is "masked part" or "mask attribute")
        {
            Assert.Equal("***", row.GetProperty("Owned_Code").GetString());
            Assert.Equal("***", row.GetProperty("owned_json").GetProperty("Inner").GetProperty("Word").GetString());
            Assert.Equal("***", row.GetProperty("Complex_Inner_Word").GetString());
            Assert.Equal("***", row.GetProperty("complex_json").GetProperty("Code").GetString());
            Assert.Equal("***", row.GetProperty("complex_list")[0].GetProperty("Digits").GetString());
        }
        else
        {
            Assert.Equal(["Id", "Name"], row.EnumerateObject().Select(m => m.Name).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task Complex_parts_are_told_in_their_columns_as_they_are_there()
    {
        await using var context = await NewVaultContextAsync(o => o.Read = true);
        var vault = new Vault { Name = "n", Complex = Pin("c"), ComplexJson = Pin("j"), ComplexList = [Pin("x"), Pin("y")] };
        context.Add(vault);
        await context.SaveChangesAsync();
        (vault.Complex, vault.ComplexJson!.Code) = (null, "k");
        vault.ComplexList = [Pin("y"), Pin("z")];
        await context.SaveChangesAsync();
        vault.ComplexJson = null;
        vault.ComplexList[0].Inner.Word = "v";
        await context.SaveChangesAsync();
        vault.ComplexList.RemoveAt(0);
        vault.ComplexJson = Pin("l");
        await context.SaveChangesAsync();
        context.ChangeTracker.Clear();
        await context.Set<Vault>().SingleAsync();

        string[] states =
        [
            $$"""{{Columns("c")}},"complex_json":{{Json("j")}},"complex_list":[{{Json("x")}},{{Json("y")}}]}""",
            $$"""{{Columns(null)}},"complex_json":{{Json("k")}},"complex_list":[{{Json("y")}},{{Json("z")}}]}""",
            $$"""{{Columns(null)}},"complex_json":null,"complex_list":[{{Json("y", "v")}},{{Json("z")}}]}""",
            $$"""{{Columns(null)}},"complex_json":{{Json("l")}},"complex_list":[{{Json("z")}}]}""",
        ];
        var captured = (await CapturedAsync()).Select(e => JsonDocument.Parse(e.Payload).RootElement).ToList();
        Assert.Equal(string.Join('\n', states.Append(Columns(null) + "}")), string.Join('\n', captured.Select(e => Side(e, "new") + Side(e, "row"))));
        Assert.Equal(string.Join('\n', states.Take(3).Prepend("").Append("")), string.Join('\n', captured.Select(e => Side(e, "old"))));
    }

    /// <summary>What the context has again is what it was about to save, also where it was only told that all is changed.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Complex_parts_are_saved_by_the_next_save_where_their_event_was_refused(bool isLoaded)
    {
        var fails = false;
        await using var context = await NewVaultContextAsync(o => o.Caller = _ => fails ? throw new TimeoutException("the caller") : null);
        var box = new Box { Complex = Pin("c"), ComplexJson = Pin("j") };
        context.Add(box);
        await context.SaveChangesAsync();
        if (!isLoaded)
        {
            context.ChangeTracker.Clear();
            box = new Box { Id = box.Id, Complex = Pin("c"), ComplexJson = Pin("j") };
        }

        await using (var transaction = await context.Database.BeginTransactionAsync())
        {
            (box.Complex.Inner.Word, box.ComplexJson.Code) = ("d", "k");
            if (!isLoaded) context.Update(box);
            fails = true;
            await Assert.ThrowsAsync<TimeoutException>(() => context.SaveChangesAsync());
            fails = false;
            await context.SaveChangesAsync();
            await transaction.CommitAsync();
        }

        context.ChangeTracker.Clear();
        var saved = await context.Set<Box>().SingleAsync();
        Assert.Equal(("d", "k"), (saved.Complex.Inner.Word, saved.ComplexJson!.Code));
        var update = JsonDocument.Parse((await CapturedAsync())[^1].Payload).RootElement;
        Assert.Equal((isLoaded ? "w" : "d", "d"), (update.GetProperty("old").GetProperty("Complex_Inner_Word").GetString(), update.GetProperty("new").GetProperty("Complex_Inner_Word").GetString()));
    }

    [Fact]
    public async Task Where_a_complex_collections_event_was_refused_the_transaction_cannot_be_committed()
    {
        var fails = false;
        await using (var context = await NewVaultContextAsync(o => o.Caller = _ => fails ? throw new TimeoutException("the caller") : null))
        {
            var vault = new Vault { Name = "n", ComplexList = [Pin("x"), Pin("y")] };
            context.Add(vault);
            await context.SaveChangesAsync();
            await using (var transaction = await context.Database.BeginTransactionAsync())
            {
                vault.ComplexList[1].Code = "z";
                vault.ComplexList.RemoveAt(0);
                fails = true;
                await Assert.ThrowsAsync<TimeoutException>(() => context.SaveChangesAsync());
                fails = false;
                await Assert.ThrowsAnyAsync<InvalidOperationException>(() => transaction.CommitAsync());
            }

            context.ChangeTracker.Clear();
            vault = await context.Set<Vault>().SingleAsync();
            Assert.Equal("xy", string.Concat(vault.ComplexList.Select(p => p.Code)));
            await using (var transaction = await context.Database.BeginTransactionAsync())
            {
                vault.ComplexList.RemoveAt(0);
                vault.ComplexList[0].Code = "z";
                await context.SaveChangesAsync();
                await transaction.CommitAsync();
            }
        }

        var update = JsonDocument.Parse((await CapturedAsync())[^1].Payload).RootElement;
        Assert.Equal($"[{Json("x")},{Json("y")}]", update.GetProperty("old").GetProperty("complex_list").GetRawText());
        Assert.Equal($"[{Json("z")}]", update.GetProperty("new").GetProperty("complex_list").GetRawText());
    }

    public static TheoryData<string, Action<OutboxCaptureOptions>> Unmapped => new()
    {
        { "not mapped", o => o.Ignore<Vault>(v => v.NotMapped) }, { "of a value", o => o.Mask<SealedText>(t => t.Text) },
        { "of two", o => o.Ignore<Vault>(v => v.Name).Mask<Vault>(v => v.NotMapped) },
    };

    [Theory]
    [MemberData(nameof(Unmapped))]
    public async Task An_option_that_names_nothing_that_is_mapped_is_refused_before_the_save(string which, Action<OutboxCaptureOptions> configure)
    {
        await using var context = await NewVaultContextAsync(configure);
        context.Add(new Vault { Name = which });
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => context.SaveChangesAsync());
        Assert.Contains("would hide nothing", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, await context.Set<Vault>().CountAsync());
    }

    [Fact]
    public async Task So_is_one_that_names_rows_of_another_table_and_one_of_another_context_is_let_be()
    {
        await using (var context = NewContext(o => o.Ignore<User>(u => u.Orders)))
        {
            context.Add(new User { Name = "a" });
            await Assert.ThrowsAsync<InvalidOperationException>(() => context.SaveChangesAsync());
        }

        await using (var context = NewContext(o => o.Ignore<User>(u => u.Address!.City).Mask<Order>(o => o.Lines).Ignore<Vault>(v => v.NotMapped)))
        {
            context.Add(new User { Name = "a", Address = new Address { City = "Ulm" }, Orders = { new Order { Lines = { new Line { No = 1, Article = "tea" } } } } });
            await context.SaveChangesAsync();
        }

        Assert.DoesNotContain((await CapturedAsync()).Select(e => e.Payload), p => p.Contains("Ulm", StringComparison.Ordinal));
        var line = (await Database.EventsAsync()).Select(e => e.Event).Single(e => e.Entity == "order_lines");
        Assert.Contains("\"No\":1,\"Article\":\"***\"", Encoding.UTF8.GetString(line.Payload.Match(p => p.ToArray(), () => [])), StringComparison.Ordinal);
    }

    static ComplexPin Pin(string code) => new() { Code = code, Inner = new ComplexWord { Word = "w" } };

    static string Json(string code, string word = "w") => $$$"""{"Code":"{{{code}}}","Digits":[1,2],"Tries":3,"Inner":{"Word":"{{{word}}}"}}""";

    string Columns(string? code)
    {
        var digits = Database.IsSqlite ? "\"[1,2]\"" : "[1,2]";
        return code is null
            ? """{"Id":1,"Name":"n","Complex_Code":null,"Complex_Digits":null,"Complex_Tries":null,"Complex_Inner_Word":null"""
            : $$"""{"Id":1,"Name":"n","Complex_Code":"{{code}}","Complex_Digits":{{digits}},"Complex_Tries":3,"Complex_Inner_Word":"w" """.TrimEnd();
    }

    static string Side(JsonElement payload, string side) => payload.TryGetProperty(side, out var row) ? row.GetRawText() : "";

    static void HideParts(OutboxCaptureOptions options, string way)
    {
        options.Read = true;
        foreach (var part in Parts)
        {
            if (way is "ignored part") options.Ignore(part);
            if (way is "masked part") options.Mask(part);
        }

        if (way is "ignored type") options.Ignore<OwnedPin>().Ignore<ComplexPin>();
    }

    static IVault VaultOf(string way) => way switch
    {
        "ignore attribute" => new IgnoringVault
        {
            Name = "n", Owned = new OwnedPin(), OwnedJson = new OwnedPin(), Complex = new ComplexPin(), ComplexJson = new ComplexPin(), ComplexList = [new ComplexPin()],
        },
        "mask attribute" => new MaskingVault
        {
            Name = "n", Owned = new OwnedPin(), OwnedJson = new OwnedPin(), Complex = new ComplexPin(), ComplexJson = new ComplexPin(), ComplexList = [new ComplexPin()],
        },
        "ignored class" => new SealedVault
        {
            Name = "n", Owned = new SealedOwnedPin(), OwnedJson = new SealedOwnedPin(), Complex = new SealedComplexPin(), ComplexJson = new SealedComplexPin(),
            ComplexList = [new SealedComplexPin()],
        },
        _ => new Vault
        {
            Name = "n", Owned = new OwnedPin(), OwnedJson = new OwnedPin(), Complex = new ComplexPin(), ComplexJson = new ComplexPin(), ComplexList = [new ComplexPin()],
        },
    };

    async Task<VaultContext> NewVaultContextAsync(Action<OutboxCaptureOptions>? configure = null)
    {
        var builder = new DbContextOptionsBuilder<VaultContext>();
        Use(builder, connection: null, retries: false);
        var context = new VaultContext(builder.UseOutbox(configure).Options);
        await context.GetService<IRelationalDatabaseCreator>().CreateTablesAsync();
        return context;
    }
}
