using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Hobom.Slices.Streams;

namespace Hobom.Slices.Tests.Streams.Rules;

public sealed class FoldPropertyTests
{
    static readonly (string Domain, string Type)[] Types =
    [
        ("auth", "login"), ("auth", "logout"), ("chat", "message_sent"), ("chat", "message_complete"), ("chat", "feedback"),
        ("scan", "scan_start"), ("scan", "scan_complete"), ("info", "article_fetched"),
    ];

    /// <summary>Up to 60 days of events of three users.</summary>
    static readonly Gen<List<StreamEntry>> Histories =
        (from type in Gen.Elements(Types)
         from user in Gen.Elements("a", "b", "c:d")
         from hour in Gen.Choose(0, 24 * 60)
         select (type, user, hour)).ListOf().Select(drawn => drawn.Select((d, i) => Entries.Of(
             d.type.Domain, $"{1768700000000 + (d.hour * 3_600_000L)}-{i}", ("type", d.type.Type), ("user_id", d.user),
                 ("job_id", $"job-{i % 5}"))).ToList());

    /// <summary>What dead letters need: one that is replayed weeks later leaves the state as if it had come in time.</summary>
    [Property]
    public Property The_state_is_the_same_in_whatever_order_distinct_entries_are_applied() =>
        Prop.ForAll(Histories.SelectMany(all => Gen.Shuffle(all.ToArray()).Select(shuffled => (all, shuffled))).ToArbitrary(), drawn =>
            StateModel.FoldOf(drawn.shuffled).Text() == StateModel.FoldOf(drawn.all.OrderBy(e => e.Id)).Text());
}
