using System.Text;
using System.Text.Json.Nodes;
using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Publishing;
using Hobom.Slices.Broker.Schemas;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Broker.Stores.Memory;
using LanguageExt;
using Microsoft.Extensions.Logging.Abstractions;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Schemas;

public sealed class SchemaControlTests
{
    const string Type = "shop.order.create";

    const string First = """{"type":"object","required":["nr"],"properties":{"nr":{"type":"integer"}}}""";

    const string Second = """{"type":"object","required":["id"],"properties":{"id":{"type":"integer"}}}""";

    const string Rename = """[{"op":"move","from":"/nr","path":"/id"}]""";

    readonly BrokerStore store = MemoryStore.Open(100, TimeProvider.System);
    readonly SchemaControl control = new(SchemaPromise.Backward, TimeProvider.System, NullLogger.Instance);

    [Fact]
    public async Task A_version_is_registered_once_and_does_not_change()
    {
        Assert.True((await AddAsync(1, First)).IsRight);
        Assert.True((await AddAsync(1, First)).IsRight);
        Assert.IsType<SchemaFault.Taken>(LeftOf(await AddAsync(1, "{}")));
    }

    [Fact]
    public async Task A_version_that_breaks_the_promise_is_refused_unless_an_upcast_leads_to_it()
    {
        await AddAsync(1, First);
        Assert.Contains("'id' is required", string.Join(' ', Assert.IsType<SchemaFault.Breaks>(LeftOf(await AddAsync(2, Second))).Faults), StringComparison.Ordinal);
        Assert.True((await AddAsync(2, Second, Rename)).IsRight);
    }

    [Theory]
    [InlineData("""{"$ref":"http://127.0.0.1:1/schema.json"}""")]
    [InlineData("""{"properties":{"a":{"$ref":"other.json#/x"}}}""")]
    [InlineData("""{"type":5}""")]
    [InlineData("not json")]
    public async Task What_is_no_schema_or_leads_elsewhere_is_refused(string document) =>
        Assert.IsType<SchemaFault.NoSchema>(LeftOf(await AddAsync(1, document)));

    [Theory]
    [InlineData("""{"pattern":"("}""", "#/pattern: ")]
    [InlineData("""{"properties":{"a/b":{"pattern":"[a"}}}""", "#/properties/a~1b/pattern: ")]
    [InlineData("""{"items":{"not":{"patternProperties":{"(":{}}}}}""", "#/items/not/patternProperties: ")]
    [InlineData("""{"type":"object","allOf":[{"$ref":"#"}]}""", "#/allOf/0/$ref: leads back to itself")]
    [InlineData("""{"$ref":"#"}""", "#/$ref: leads back to itself")]
    [InlineData("""{"properties":{"a":{"$ref":"#/definitions/b"}},"definitions":{"b":{"oneOf":[{"type":"null"},{"not":{"$ref":"#/definitions/b"}}]}}}""",
        "#/properties/a/$ref/oneOf/1/not/$ref: leads back to itself")]
    public async Task What_could_not_be_applied_is_refused_with_its_place(string document, string fault) =>
        Assert.StartsWith(fault, Assert.IsType<SchemaFault.NoSchema>(LeftOf(await AddAsync(1, document))).Why, StringComparison.Ordinal);

    [Fact]
    public async Task References_without_end_are_refused()
    {
        var far = string.Concat(Enumerable.Range(0, 150).Select(i => $$$"""
            "d{{{i}}}":{"not":{"$ref":"#/definitions/d{{{i + 1}}}"}},
            """));
        Assert.Contains("within each other", Assert.IsType<SchemaFault.NoSchema>(LeftOf(
            await AddAsync(1, """{"$ref":"#/definitions/d0","definitions":{FAR"d150":{}}}""".Replace("FAR", far, StringComparison.Ordinal)))).Why, StringComparison.Ordinal);
        var many = string.Join(',', Enumerable.Repeat("""{"$ref":"#/definitions/a"}""", 1001));
        Assert.Equal("more than 1000 $refs", Assert.IsType<SchemaFault.NoSchema>(LeftOf(
            await AddAsync(1, """{"anyOf":[MANY],"definitions":{"a":{}}}""".Replace("MANY", many, StringComparison.Ordinal)))).Why);
    }

    [Fact]
    public async Task A_schema_that_comes_back_to_itself_further_down_the_document_is_taken_and_judges()
    {
        var tree = """{"type":"object","required":["nr"],"properties":{"left":{"$ref":"#"},"right":{"anyOf":[{"type":"null"},{"$ref":"#"}]}}}""";
        Assert.True((await AddAsync(1, tree)).IsRight);
        Assert.Null(control.Now.Misfit(Order("a", """{"nr":1,"left":{"nr":2,"right":null},"right":{"nr":3}}""")));
        Assert.Contains("left", control.Now.Misfit(Order("a", """{"nr":1,"left":{}}""")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"pattern":"("}""", "\"a\"", "pattern")]
    [InlineData("""{"type":"object","allOf":[{"$ref":"#"}]}""", "{}", "leads back to itself")]
    public async Task One_that_is_stored_from_before_is_told_by_name_and_ends_neither_a_publish_nor_the_start(
        string document, string payload, string why)
    {
        await store.Schemas.Add(new EventSchema(Type, 1, document, null), default);
        Assert.True((await control.RefreshAsync(store, default)).IsRight);
        Assert.True(control.Now.Knows(Type, 1));
        var refusal = Assert.IsType<PublishRefusal.Invalid>(LeftOf(await Publisher(SchemaMismatch.Refuse).PublishAsync([Order("a", payload)], default)));
        Assert.Contains($"the schema of version 1 of {Type} cannot be applied: ", refusal.Text, StringComparison.Ordinal);
        Assert.Contains(why, refusal.Text, StringComparison.Ordinal);
        Assert.Contains(why, (await Publisher(SchemaMismatch.Warn).PublishAsync([Order("a", payload)], default).Right())[0].Warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"pattern":"^(a+)+$"}""")]
    [InlineData("""{"properties":{"a":{"items":{"pattern":"^(a+)+$"}}}}""")]
    [InlineData("""{"patternProperties":{"^(a+)+$":{}}}""")]
    public async Task A_pattern_that_tries_all_ways_is_given_up(string document)
    {
        var hostile = $"{new string('a', 60)}!";
        Assert.True((await AddAsync(1, document)).IsRight);
        var misfits = new[] { $"\"{hostile}\"", $$"""{"a":["{{hostile}}"]}""", $$"""{"{{hostile}}":1}""" }
            .Select(payload => control.Now.Misfit(Order("a", payload)) ?? "");
        Assert.Contains(misfits, m => m.Contains("cannot be applied: its patterns take longer", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_schema_that_looks_at_one_value_over_and_over_is_given_up()
    {
        var ladder = string.Join(',', Enumerable.Range(0, 40).Select(i => $$"""
            "d{{i}}":{"allOf":[{"$ref":"#/definitions/d{{i + 1}}"},{"$ref":"#/definitions/d{{i + 1}}"}]}
            """));
        var document = """{"allOf":[{"$ref":"#/definitions/d0"}],"definitions":{LADDER,"d40":{"type":"object"}}}""";
        Assert.True((await AddAsync(1, document.Replace("LADDER", ladder, StringComparison.Ordinal))).IsRight);
        Assert.Contains("cannot be applied: it looks at", control.Now.Misfit(Order("a", "{}")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upcast_that_is_no_patch_is_refused() =>
        Assert.IsType<SchemaFault.NoSchema>(LeftOf(await AddAsync(1, First, """[{"op":"jump"}]""")));

    [Fact]
    public async Task A_publish_that_does_not_fit_is_refused_or_stored_with_a_warning()
    {
        await AddAsync(1, First);
        var strict = Publisher(SchemaMismatch.Refuse);
        Assert.True((await strict.PublishAsync([Order("a", """{"nr":1}""")], default)).IsRight);
        Assert.True((await strict.PublishAsync([Event("free", "other.type", "[]")], default)).IsRight);
        foreach (var bad in (BrokerEvent[])[Order("b", """{"nr":"x"}"""), Order("c", "{}"), Order("d", null), Order("e", """{"nr":1}""", 7), Order("f", "{}", null)])
            Assert.IsType<PublishRefusal.Invalid>((await strict.PublishAsync([bad], default)).Match(_ => null!, l => l));
        var mild = await Publisher(SchemaMismatch.Warn).PublishAsync([Order("b", """{"nr":"x"}"""), Order("g", """{"nr":2}""")], default).Right();
        Assert.Contains("/nr", mild[0].Warning, StringComparison.Ordinal);
        Assert.Null(mild[1].Warning);
    }

    [Fact]
    public async Task An_older_payload_is_brought_up_step_by_step_by_patch_and_by_function()
    {
        await AddAsync(1, First);
        await AddAsync(2, Second, Rename);
        await AddAsync(3, """{"type":"object","required":["id"]}""");
        var upcasting = new Upcasting(() => control.Now);
        upcasting.Add(Type, 2, payload => new JsonObject { ["id"] = $"#{payload!["id"]}" });
        var brought = upcasting.Bring(Claim(1, """{"nr":7}"""), Reader(3)).Right();
        Assert.Equal(("""{"id":"#7"}""", 3), (Text(brought), brought.Event.SchemaVersion));
        Assert.Equal("""{ "nr":7 }""", Text(upcasting.Bring(Claim(1, """{ "nr":7 }"""), Reader(null)).Right()));
    }

    [Fact]
    public async Task An_unknown_version_parks_and_a_step_that_fails_is_dead()
    {
        await AddAsync(1, First);
        await AddAsync(2, Second, Rename);
        var upcasting = new Upcasting(() => control.Now);
        Assert.IsType<TryFailure.Parked>(LeftOf(upcasting.Bring(Claim(9, "{}"), Reader(null))));
        Assert.IsType<TryFailure.Parked>(LeftOf(upcasting.Bring(Claim(2, "{}"), Reader(1))));
        Assert.IsType<TryFailure.Parked>(LeftOf(upcasting.Bring(Claim(1, "{}"), Reader(5))));
        var failed = Assert.IsType<TryFailure.Permanent>(LeftOf(upcasting.Bring(Claim(1, "{}"), Reader(2))));
        Assert.Contains("from version 1 to 2", failed.Reason, StringComparison.Ordinal);
        var parked = TryEnd.After(new TryFailure.Parked("unknown", TimeSpan.FromSeconds(30)), 1, ConsumerRetry.Contract, false, Noon, 0);
        Assert.Equal(new TryEnd.HandBack(Noon.AddSeconds(30), "unknown"), parked);
        upcasting.Add(Type, 1, _ => throw new InvalidOperationException("no"));
        Assert.IsType<TryFailure.Permanent>(LeftOf(upcasting.Bring(Claim(1, "{}"), Reader(2))));
    }

    Task<Either<SchemaFault, Unit>> AddAsync(int version, string document, string? upcast = null) =>
        control.AddAsync(store, new EventSchema(Type, version, document, upcast), default);

    EventPublisher Publisher(SchemaMismatch onMisfit) => new(store, EventLimits.Default, false, _ => false, TimeProvider.System)
    {
        Misfit = given => control.Now.Misfit(given), OnMisfit = onMisfit,
    };

    static BrokerEvent Order(string id, string? payload, int? version = 1) => Event(id, Type, payload) with { SchemaVersion = version };

    static Consumer Reader(int? version) => Consumer("c") with { SchemaVersion = version };

    static Claimed Claim(int version, string payload) =>
        new(Guid.NewGuid(), 1, "c", 1, 1, Noon, Guid.NewGuid(), Order("e", payload, version));

    static string Text(Claimed claimed) => Encoding.UTF8.GetString(claimed.Event.Payload.IfNone(ReadOnlyMemory<byte>.Empty).Span);

    static TLeft LeftOf<TLeft, T>(Either<TLeft, T> either) => either.Match(_ => throw new InvalidOperationException("right"), l => l);
}
