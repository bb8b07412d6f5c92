using System.Text.Json.Nodes;
using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Capture;
using Hobom.Slices.Outbox.EntityFrameworkCore;
using Hobom.Slices.Tests.Broker.Capture;
using Hobom.Slices.Tests.Broker.Stores;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Hobom.Slices.Tests.Broker.Outbox;

/// <summary>Columns of types that only PostgreSQL has: the interceptor and a trigger on one table say the same of them.</summary>
[Collection(nameof(PostgresCluster))]
public sealed class PostgresTypesTests(PostgresCluster cluster) : IAsyncLifetime
{
    OutboxDatabase database = null!;

    public async Task InitializeAsync() => database = await OutboxDatabase.PostgresAsync(cluster);

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task Its_enumerations_are_told_by_their_words_and_JSON_as_JSON()
    {
        await using var context = new MedalContext(new DbContextOptionsBuilder<MedalContext>()
            .UseNpgsql(database.Address, o => o.MapEnum<Rank>("rank")).UseOutbox(o => o.Source = "app").Options);
        await context.GetService<IRelationalDatabaseCreator>().CreateTablesAsync();
        await database.RunAsync(PostgresCapture.Install(CaptureSamples.Request("medals")));
        var medal = new Medal { Id = Rank.Gold, Worn = Rank.Plain, All = [Rank.Gold, Rank.Plain], Data = """{"b": [1.50], "a": "x"}""", Text = """[1,  null]""" };
        context.Add(medal);
        await context.SaveChangesAsync();
        (medal.Worn, medal.Data) = (null, null);
        await context.SaveChangesAsync();
        context.Remove(medal);
        await context.SaveChangesAsync();

        var events = (await database.EventsAsync()).Select(e => e.Event).ToLookup(e => e.Source);
        Assert.Equal(["create", "update", "delete"], events["app"].Select(e => e.Operation));
        Assert.All(events["app"].Zip(events["database"]), pair => Same(pair.Item1, pair.Item2));
        Assert.Contains("\"worn\":\"plain\"", CaptureSamples.Payload(events["app"].First()), StringComparison.Ordinal);
    }

    static void Same(BrokerEvent one, BrokerEvent other)
    {
        Assert.Equal((other.Type, other.OrderingKey, other.AggregateId), (one.Type, one.OrderingKey, one.AggregateId));
        var (said, told) = (CaptureSamples.Payload(one), CaptureSamples.Payload(other));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(said), JsonNode.Parse(told)), $"{said}\n{told}");
    }

    sealed class Medal
    {
        public Rank Id { get; set; }

        public Rank? Worn { get; set; }

        public Rank[] All { get; set; } = [];

        public string? Data { get; set; }

        public string Text { get; set; } = "null";
    }

    sealed class MedalContext(DbContextOptions<MedalContext> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Medal>(medal =>
        {
            medal.ToTable("medals");
            medal.Property(m => m.Id).HasColumnName("id").ValueGeneratedNever();
            medal.Property(m => m.Worn).HasColumnName("worn");
            medal.Property(m => m.All).HasColumnName("all");
            medal.Property(m => m.Data).HasColumnName("data").HasColumnType("jsonb");
            medal.Property(m => m.Text).HasColumnName("text").HasColumnType("json");
        });
    }
}
