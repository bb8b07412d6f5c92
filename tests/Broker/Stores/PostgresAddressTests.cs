using Hobom.Slices.Broker.Stores.Postgres;
using Npgsql;

namespace Hobom.Slices.Tests.Broker.Stores;

public sealed class PostgresAddressTests
{
    [Fact]
    public void What_is_not_said_is_bounded()
    {
        var address = new NpgsqlConnectionStringBuilder(PostgresAddress.WithDefaults("Host=127.0.0.1;Database=events"));
        Assert.Equal((10, 20, 30), (address.Timeout, address.CommandTimeout, address.KeepAlive));
        Assert.Contains("lock_timeout=15000", address.Options, StringComparison.Ordinal);
        Assert.Equal("hobom", address.ApplicationName);
    }

    [Fact]
    public void What_is_said_stays()
    {
        var address = new NpgsqlConnectionStringBuilder(PostgresAddress.WithDefaults(
            "Host=127.0.0.1;Timeout=3;CommandTimeout=0;Keepalive=0;Options=-c lock_timeout=1;Application Name=shop"));
        Assert.Equal((3, 0, 0), (address.Timeout, address.CommandTimeout, address.KeepAlive));
        Assert.Equal(("-c lock_timeout=1", "shop"), (address.Options, address.ApplicationName));
    }
}
