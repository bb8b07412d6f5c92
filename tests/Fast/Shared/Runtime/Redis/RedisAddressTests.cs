using Hobom.Slices.Runtime.Redis;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Redis;

public sealed class RedisAddressTests
{
    [Theory]
    [InlineData("localhost:6379", "localhost:6379")]
    [InlineData("10.0.0.1:1", "10.0.0.1:1")]
    [InlineData("[::1]:6379", "[::1]:6379")]
    [InlineData("[2001:db8::1]:6379,ssl=true", "[2001:db8::1]:6379")]
    [InlineData("my_redis-1.local:6379", "my_redis-1.local:6379")]
    [InlineData("redis.example:6379,user=relay,password=s3cret", "redis.example:6379")]
    [InlineData("redis.example:6379,password=s3cret,ssl=true", "redis.example:6379")]
    [InlineData("redis.example:6379, defaultDatabase=2 , password=a=b==", "redis.example:6379")]
    public void An_address_shows_its_host_and_port_only(string text, string shown) =>
        Assert.Equal(shown, RedisAddress.Parse(text).Match(a => a.ToString(), f => f.Message));

    [Theory]
    [InlineData("")]
    [InlineData("localhost")]
    [InlineData(":6379")]
    [InlineData("localhost:")]
    [InlineData("localhost:0")]
    [InlineData("localhost:65536")]
    [InlineData("localhost:+1")]
    [InlineData("::1:6379")]
    [InlineData("[zz]:6379")]
    [InlineData("[::1:6379")]
    [InlineData("[]:6379")]
    [InlineData("[::1]6379")]
    [InlineData("localhost?x:6379")]
    [InlineData("local/host:6379")]
    [InlineData("a..b:6379")]
    [InlineData("user:s3cret@localhost:6379")]
    [InlineData("redis://localhost:6379")]
    [InlineData("password=s3cret")]
    [InlineData("password=s3cret:1")]
    [InlineData("localhost:6379,password=a,s3cret")]
    [InlineData("localhost:6379,password=a,s3cret:1")]
    [InlineData("localhost:6379,s3cret=x")]
    [InlineData("localhost:6379,ssl=s3cret")]
    [InlineData("localhost:6379,connectTimeout=s3cret")]
    [InlineData("localhost:6379,")]
    [InlineData(" s3cret:x")]
    public void What_is_wrong_is_said_with_the_variables_name_and_without_a_secret(string text)
    {
        var message = RedisAddress.Parse(text).Match(a => $"accepted {a}", f => f.Message);
        Assert.StartsWith("HOBOM_REDIS_ADDR: ", message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", message, StringComparison.Ordinal);
    }
}
