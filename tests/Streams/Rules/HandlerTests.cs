using Hobom.Slices.Streams;

namespace Hobom.Slices.Tests.Streams.Rules;

public sealed class HandlerTests
{
    const string Id = "1768727553123-0";

    [Fact]
    public void S7_two_domains_may_have_types_of_one_name_and_none_takes_the_others()
    {
        var registry = HandlerRegistry.Default;
        Assert.Equal(["auth", "chat", "scan", "info"], registry.Domains);
        Assert.True(registry.Find("auth", Entries.Of("auth", Id, ("type", "login"))).IsRight);
        Assert.Equal(
            "no handler takes type 'login' of domain 'chat'",
            registry.Find("chat", Entries.Of("chat", Id, ("type", "login"))).Match(_ => "", refusal => refusal.Reason));
        Assert.Throws<ArgumentException>(() => new HandlerRegistry([LoginHandler.Handler, LoginHandler.Handler]));
    }

    [Fact]
    public void A_login_counts_and_tells_when_by_the_entrys_own_time()
    {
        var state = new StateModel().Apply(Entries.Handled(Entries.Of("auth", Id, ("type", "login"), ("user_id", "u")), new StateModel()));
        Assert.Equal(
            "state:user:u: last_login=2026-01-18T09:12:33.123, login_count=1, streak_days=1, streak_last_day=2026-01-18, "
            + "streak_recent=0000000000000001",
            state.Text());
    }

    [Fact]
    public void S3_a_late_login_counts_and_turns_the_last_one_back_to_nothing()
    {
        var state = StateModel.FoldOf([Login("1768727553123-0"), Login("1768641153000-0")]);
        Assert.Equal(("2", "2026-01-18T09:12:33.123"), (state["state:user:u", "login_count"], state["state:user:u", "last_login"]));
    }

    [Theory]
    [InlineData("auth", "logout", "state:user:u: last_logout=2026-01-18T09:12:33.123")]
    [InlineData("chat", "message_sent", "stats:daily:2026-01-18: total_sent=1|stats:user:u: sent_count=1")]
    [InlineData("chat", "feedback",
        "state:user:u: last_feedback=2026-01-18T09:12:33.123|stats:daily:2026-01-18: total_feedback=1|stats:user:u: feedback_count=1")]
    [InlineData("scan", "scan_start", "stats:daily:2026-01-18: total_scans_started=1|stats:user:u: scan_started_count=1")]
    [InlineData("scan", "scan_complete", "stats:daily:2026-01-18: total_scans=1|stats:user:u: scan_count=1")]
    [InlineData("info", "article_fetched", "stats:daily:2026-01-18: total_articles=1|stats:user:u: article_count=1")]
    public void Each_type_writes_its_own(string domain, string type, string expected) =>
        Assert.Equal(expected, StateModel.FoldOf([Entries.Of(domain, Id, ("type", type), ("user_id", "u"))]).Text().Replace('\n', '|'));

    [Theory]
    [InlineData("chat", "message_sent", "state:chat:j", "sent_at")]
    [InlineData("chat", "message_complete", "state:chat:j", "completed_at")]
    [InlineData("scan", "scan_start", "state:scan:j", "started_at")]
    [InlineData("scan", "scan_complete", "state:scan:j", "completed_at")]
    public void A_job_that_is_named_has_its_times(string domain, string type, string key, string field)
    {
        var state = StateModel.FoldOf([Entries.Of(domain, Id, ("type", type), ("user_id", "u"), ("job_id", "j"))]);
        Assert.Equal(("2026-01-18T09:12:33.123", "u"), (state[key, field], state[key, "user_id"]));
    }

    [Fact]
    public void An_article_may_be_fetched_for_nobody() =>
        Assert.Equal("stats:daily:2026-01-18: total_articles=1",
            StateModel.FoldOf([Entries.Of("info", Id, ("type", "article_fetched"))]).Text());

    [Fact]
    public void S4_the_day_is_the_events_in_the_configured_zone()
    {
        var late = Entries.Of("chat", Entries.IdAt(new DateTimeOffset(2026, 1, 18, 15, 30, 0, TimeSpan.Zero)), ("type", "feedback"),
            ("user_id", "u"));
        var changes = Entries.Handled(late, new StateModel(), Entries.Seoul);
        Assert.Equal("1", new StateModel().Apply(changes)["stats:daily:2026-01-19", "total_feedback"]);
    }

    [Theory]
    [InlineData("auth", "login", "the entry has no user_id")]
    [InlineData("auth", "logout", "the entry has no user_id")]
    [InlineData("chat", "message_sent", "the entry has no user_id")]
    [InlineData("chat", "feedback", "the entry has no user_id")]
    [InlineData("scan", "scan_start", "the entry has no user_id")]
    [InlineData("scan", "scan_complete", "the entry has no user_id")]
    public void C4_an_entry_without_what_it_is_about_is_refused_with_the_reason(string domain, string type, string reason)
    {
        Assert.Equal(reason, Entries.ReasonAgainst(Entries.Of(domain, Id, ("type", type))));
        Assert.Equal(reason, Entries.ReasonAgainst(Entries.Of(domain, Id, ("type", type), ("user_id", ""))));
    }

    [Fact]
    public void A_message_is_complete_only_with_its_job() =>
        Assert.Equal("the entry has no job_id",
            Entries.ReasonAgainst(Entries.Of("chat", Id, ("type", "message_complete"), ("user_id", "u"))));

    [Fact]
    public void An_entry_without_a_type_is_refused() =>
        Assert.Equal("the entry has no type", Entries.ReasonAgainst(Entries.Of("auth", Id, ("user_id", "u"))));

    [Fact]
    public void N10_names_that_are_too_long_or_no_text_are_refused()
    {
        Assert.Equal(
            "user_id is 1048576 bytes long, and 512 is the limit",
            Entries.ReasonAgainst(Entries.Of("auth", Id, ("type", "logout"), ("user_id", new string('x', 1 << 20)))));
        var binary = new StreamEntry("events:auth", EntryId.Parse(Id)!.Value,
            [EntryField.Of("type", "logout"), EntryField.Of("user_id", new byte[] { 0xff, 0xfe })]);
        Assert.Equal("user_id is no UTF-8 text", Entries.ReasonAgainst(binary));
    }

    [Fact]
    public void N10_an_id_beyond_all_time_is_handled() =>
        Assert.Equal("1", StateModel.FoldOf([Login("18446744073709551615-1")])["state:user:u", "login_count"]);

    static StreamEntry Login(string id) => Entries.Of("auth", id, ("type", "login"), ("user_id", "u"));
}
