using Hobom.Slices.Host.Access;
using Hobom.Slices.Host.Access.Sessions;
using Hobom.Slices.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Hobom.Slices.Tests.Fast.Host;

public sealed class SessionListTests
{
    static readonly KeyOwner Anna = new("anna", [Role.Reader], null);

    readonly FakeTimeProvider clock = new();

    [Fact]
    public void It_ends_half_an_hour_after_its_last_request()
    {
        var sessions = List();
        var id = sessions.Begin(Anna);
        for (var n = 0; n < 3; n++)
        {
            clock.Advance(SessionList.IdleLimit - TimeSpan.FromSeconds(1));
            Assert.Equal(Anna, sessions.Find(id));
        }

        clock.Advance(SessionList.IdleLimit);
        Assert.Null(sessions.Find(id));
    }

    [Fact]
    public void It_ends_eight_hours_after_its_begin_however_busy_it_is()
    {
        var sessions = List();
        var id = sessions.Begin(Anna);
        for (var passed = TimeSpan.FromMinutes(10); passed < SessionList.WholeLimit; passed += TimeSpan.FromMinutes(10))
        {
            clock.Advance(TimeSpan.FromMinutes(10));
            Assert.NotNull(sessions.Find(id));
        }

        clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Null(sessions.Find(id));
    }

    [Fact]
    public void It_ends_with_the_key_that_began_it_and_has_the_roles_that_the_key_has_now()
    {
        var key = new NamedKey("k1", "anna", [Role.Editor], new byte[32], null, clock.GetUtcNow().AddMinutes(20), Revoked: false);
        var file = new KeysFile("", new KeysReading(new KeyRing([key]), ""), clock, NullLogger<KeysFile>.Instance);
        var sessions = new SessionList(new CallerKeys(null, file, clock), clock);
        var id = sessions.Begin(new KeyOwner("anna", [Role.Reader], "k1"));
        Assert.Equal([Role.Reader, Role.Operator, Role.Payload, Role.Editor], sessions.Find(id)!.Roles);
        clock.Advance(TimeSpan.FromMinutes(20));
        Assert.Null(sessions.Find(id));
        Assert.Null(sessions.Find(sessions.Begin(new KeyOwner("ben", [Role.Reader], "gone"))));
    }

    [Fact]
    public void One_that_was_ended_is_no_more_and_others_stay()
    {
        var sessions = List();
        var (ended, other) = (sessions.Begin(Anna), sessions.Begin(Anna));
        sessions.End(ended);
        sessions.End("none");
        Assert.Null(sessions.Find(ended));
        Assert.Equal(Anna, sessions.Find(other));
    }

    [Fact]
    public void Of_too_many_the_longest_unused_goes()
    {
        var sessions = List();
        var first = sessions.Begin(Anna);
        clock.Advance(TimeSpan.FromSeconds(1));
        var others = Enumerable.Range(0, SessionList.CountLimit).Select(_ => sessions.Begin(Anna)).ToArray();
        Assert.Null(sessions.Find(first));
        Assert.All(others, id => Assert.NotNull(sessions.Find(id)));
    }

    [Fact]
    public void Who_signs_in_again_and_again_signs_nobody_else_out()
    {
        var sessions = List();
        var others = new[] { new KeyOwner("ben", [Role.Operator], null), Anna with { ByProvider = true } }.Select(o => (Owner: o, Id: sessions.Begin(o))).ToArray();
        clock.Advance(TimeSpan.FromSeconds(1));
        for (var n = 0; n < 2 * SessionList.CountLimit; n++) sessions.Begin(Anna);
        Assert.All(others, other => Assert.Equal(other.Owner, sessions.Find(other.Id)));
    }

    SessionList List() => new(new CallerKeys("internal", null, clock), clock);
}
