using FsCheck.Xunit;
using Hobom.Slices.Core;

namespace Hobom.Slices.Tests.Fast.Shared.Core;

[Properties(Arbitrary = [typeof(HostileText)])]
public class OutboxTimestampsTests
{
    [Theory]
    [InlineData("2026-03-05T12:51:13.1234567Z", "2026-03-05T12:51:13.1234567Z")]
    [InlineData("2026-03-05T12:51:13Z", "2026-03-05T12:51:13Z")]
    [InlineData("2026-03-05T12:51:13", "2026-03-05T12:51:13Z")]
    [InlineData("2026-03-05T21:51:13+09:00", "2026-03-05T12:51:13Z")]
    [InlineData("Thu Mar 05 2026 12:51:13 GMT+0000 (Coordinated Universal Time)", "2026-03-05T12:51:13Z")]
    [InlineData("Thu Mar 05 2026 21:51:13 GMT+0900 (한국 표준시)", "2026-03-05T12:51:13Z")]
    [InlineData("Thu Mar 05 2026 09:21:13 GMT-0330", "2026-03-05T12:51:13Z")]
    public void Both_backends_forms_are_read(string text, string instant) =>
        Assert.Equal(DateTimeOffset.Parse(instant), OutboxTimestamps.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("Invalid Date")]
    [InlineData("yesterday")]
    [InlineData("03/05/2026 12:51:13")]
    [InlineData("2026-03-05")]
    [InlineData("2026-13-45T99:99:99Z")]
    [InlineData("0001-01-01T00:00:00+14:00")]
    [InlineData("9999-12-31T23:59:59-14:00")]
    [InlineData("Thu Mar 45 2026 12:51:13 GMT+0000")]
    [InlineData("Thu Mar 05 2026 12:51:13 GMT+9999")]
    [InlineData("٢٠٢٦-٠٣-٠٥T١٢:٥١:١٣Z")]
    public void What_nobody_knows_has_no_time(string text) => Assert.Null(OutboxTimestamps.Parse(text));

    [Property]
    public void A_written_time_is_read_back(DateTime time)
    {
        var utc = DateTime.SpecifyKind(time, DateTimeKind.Utc);
        Assert.Equal(utc, OutboxTimestamps.Parse(utc.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'"))?.UtcDateTime);
        var seconds = utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerSecond));
        Assert.Equal(seconds, OutboxTimestamps.Parse(seconds.ToString("ddd MMM dd yyyy HH:mm:ss 'GMT+0000 (UTC)'"))?.UtcDateTime);
    }

    [Property(MaxTest = 500)]
    public void No_text_makes_it_throw(Hostile text)
    {
        foreach (var candidate in new[] { text.Text, $"2026-03-05T12:51:13{text.Text}", $"Thu Mar 05 2026 12:51:13 GMT{text.Text}" })
            OutboxTimestamps.Parse(candidate);
    }

    [Fact]
    public void A_text_longer_than_any_time_is_not_looked_at() =>
        Assert.Null(OutboxTimestamps.Parse("2026-03-05T12:51:13" + new string(' ', 100)));
}
