using System.Data.Common;
using System.Text;
using FsCheck.Xunit;
using Hobom.Slices.Broker;
using Hobom.Slices.Outbox;
using LanguageExt;
using Microsoft.Data.Sqlite;

namespace Hobom.Slices.Tests.Broker.Outbox;

/// <summary>The writer refuses what the processor refuses, in the same words.</summary>
public sealed class OutboxEventCheckTests
{
    public static TheoryData<OutboxEvent> Events =>
    [
        Good(), Good() with { Id = "" }, Good() with { Source = "" }, Good() with { Type = "" }, Good() with { InstanceId = "" },
        Good() with { Id = "", Source = "", Type = "" }, Good() with { Id = new string('i', 256) }, Good() with { Source = new string('i', 256) },
        Good() with { Type = new string('i', 256) }, Good() with { InstanceId = new string('i', 256) }, Good() with { SessionId = new string('i', 256) },
        Good() with { Schema = new string('i', 256) }, Good() with { Entity = new string('i', 256) }, Good() with { Operation = new string('i', 51) },
        Good() with { SourceModule = new string('i', 128) }, Good() with { AggregateType = new string('i', 128) },
        Good() with { AggregateId = new string('i', 37) }, Good() with { OrderingKey = new string('i', 256) }, Good() with { OrderingKey = "" },
        Good() with { OrderingKey = "", Payload = "{"u8.ToArray() }, Good() with { Type = "a\0b" },
        Good() with { Entity = "\ud83d" }, Good() with { Payload = "{"u8.ToArray() }, Good() with { Payload = ""u8.ToArray() },
        Good() with { Payload = new byte[] { 0x22, 0xff, 0x22 } }, Good() with { Payload = "\"\\ud83d\""u8.ToArray() },
        Good() with { Payload = Encoding.UTF8.GetBytes(new string('[', 65) + new string(']', 65)) },
        Good() with { Payload = new byte[1_000_001] }, Good() with { Metadata = "[]" }, Good() with { Metadata = "{" },
        Good() with { Metadata = $"{{\"a\":\"{new string('x', 65_536)}\"}}" }, Good() with { SchemaVersion = 0 }, Good() with { SchemaVersion = 1 },
    ];

    [Theory]
    [MemberData(nameof(Events))]
    public void Both_say_the_same(OutboxEvent given) => Assert.Equal(OfProcessor(given), OfWriter(given));

    [Property]
    public void Both_say_the_same_of_any_text(string id, string source, string type, string entity, string? metadata) =>
        Both_say_the_same(Good() with { Id = id ?? "", Source = source ?? "", Type = type ?? "", Entity = entity ?? "", Metadata = metadata });

    [Fact]
    public void A_connection_that_tells_of_no_database_is_named()
    {
        var unknown = Assert.Throws<NotSupportedException>(() => new OutboxWriter().Write(new Unknown(), null, Good()));
        Assert.Contains(nameof(Unknown), unknown.Message, StringComparison.Ordinal);
    }

    static OutboxEvent Good() => new() { Id = "e1", Source = "s", Type = "t", InstanceId = "i" };

    static string? OfProcessor(OutboxEvent given) => EventValidation.Check(
        new BrokerEvent
        {
            Id = given.Id!, Source = given.Source, Type = given.Type, InstanceId = given.InstanceId!, SessionId = given.SessionId,
            Schema = given.Schema, Entity = given.Entity, Operation = given.Operation, SourceModule = given.SourceModule,
            AggregateType = given.AggregateType, AggregateId = given.AggregateId, OrderingKey = given.OrderingKey, Metadata = given.Metadata,
            SchemaVersion = given.SchemaVersion, Payload = given.Payload is { } p ? Option<ReadOnlyMemory<byte>>.Some(p) : default,
        },
        EventLimits.Default).MatchUnsafe(_ => (string?)null, f => $"invalid event: {f.Text}");

    /// <summary>A connection that is not open: what is not refused before gets no further than that.</summary>
    static string? OfWriter(OutboxEvent given)
    {
        try
        {
            new OutboxWriter(new OutboxWriterOptions { KeepSecrets = true }).Write(new SqliteConnection(), null, given);
            return null;
        }
        catch (OutboxRefusedException refused)
        {
            return refused.Message;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    sealed class Unknown : DbConnection
    {
        [System.Diagnostics.CodeAnalysis.AllowNull]
        public override string ConnectionString { get; set; } = "";

        public override string Database => "";

        public override string DataSource => "";

        public override string ServerVersion => "";

        public override System.Data.ConnectionState State => System.Data.ConnectionState.Open;

        public override void ChangeDatabase(string databaseName) => throw new NotSupportedException();

        public override void Close()
        {
        }

        public override void Open()
        {
        }

        protected override DbTransaction BeginDbTransaction(System.Data.IsolationLevel isolationLevel) => throw new NotSupportedException();

        protected override DbCommand CreateDbCommand() => throw new NotSupportedException();
    }
}
