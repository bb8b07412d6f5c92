using System.Runtime.InteropServices;

namespace Hobom.Slices.Tests.Integration.Kafka;

/// <summary>
/// librdkafka's own one-broker cluster, which speaks the real protocol over loopback and fails when told to.
/// It keeps no more than 5 MB a partition and does not remove an idempotent producer's duplicates.
/// </summary>
sealed partial class MockCluster : IDisposable
{
    // By the name inside the library file: finds the one that Confluent.Kafka has loaded, whichever of its variants fits here.
    const string Library = "librdkafka.so.1";
    const int Broker = 1;
    const int ProducerType = 0;
    const short ProduceRequest = 0;

    readonly nint client;
    readonly nint cluster;

    public MockCluster()
    {
        Confluent.Kafka.Library.Load();
        var error = new byte[512];
        var config = rd_kafka_conf_new();
        Check(rd_kafka_conf_set(config, "log_level", "0", error, 512));
        client = rd_kafka_new(ProducerType, config, error, 512);
        cluster = rd_kafka_mock_cluster_new(client, 1);
        Address = Marshal.PtrToStringUTF8(rd_kafka_mock_cluster_bootstraps(cluster))!;
    }

    public string Address { get; }

    public void CreateTopic(string name, int partitions) => Check(rd_kafka_mock_topic_create(cluster, name, partitions, 1));

    /// <summary>The next produce requests are answered with these errors of the protocol.</summary>
    public void FailProduce(params int[] errors) =>
        rd_kafka_mock_push_request_errors_array(cluster, ProduceRequest, (nuint)errors.Length, errors);

    /// <summary>Requests take effect at once, and are answered so much later.</summary>
    public void AnswerAfter(TimeSpan time) => Check(rd_kafka_mock_broker_set_rtt(cluster, Broker, (int)time.TotalMilliseconds));

    public void TakeDown() => Check(rd_kafka_mock_broker_set_down(cluster, Broker));

    public void BringUp() => Check(rd_kafka_mock_broker_set_up(cluster, Broker));

    public void Dispose()
    {
        rd_kafka_mock_cluster_destroy(cluster);
        rd_kafka_destroy(client);
    }

    static void Check(int error) => Assert.Equal(0, error);

    [LibraryImport(Library)]
    private static partial nint rd_kafka_conf_new();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rd_kafka_conf_set(nint config, string name, string value, byte[] error, nuint errorSize);

    [LibraryImport(Library)]
    private static partial nint rd_kafka_new(int type, nint config, byte[] error, nuint errorSize);

    [LibraryImport(Library)]
    private static partial void rd_kafka_destroy(nint client);

    [LibraryImport(Library)]
    private static partial nint rd_kafka_mock_cluster_new(nint client, int brokers);

    [LibraryImport(Library)]
    private static partial void rd_kafka_mock_cluster_destroy(nint cluster);

    [LibraryImport(Library)]
    private static partial nint rd_kafka_mock_cluster_bootstraps(nint cluster);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rd_kafka_mock_topic_create(nint cluster, string topic, int partitions, int replicas);

    [LibraryImport(Library)]
    private static partial void rd_kafka_mock_push_request_errors_array(nint cluster, short request, nuint count, int[] errors);

    [LibraryImport(Library)]
    private static partial int rd_kafka_mock_broker_set_rtt(nint cluster, int broker, int milliseconds);

    [LibraryImport(Library)]
    private static partial int rd_kafka_mock_broker_set_down(nint cluster, int broker);

    [LibraryImport(Library)]
    private static partial int rd_kafka_mock_broker_set_up(nint cluster, int broker);
}
