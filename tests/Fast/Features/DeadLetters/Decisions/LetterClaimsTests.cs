using FsCheck.Xunit;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters;
using static Hobom.Slices.Tests.Fast.Features.DeadLetters.LetterSamples;

namespace Hobom.Slices.Tests.Fast.Features.DeadLetters.Decisions;

public sealed class LetterClaimsTests
{
    static readonly LetterRecord Record = DeadLetterDecisions.Merge(null, LetterAt(Noon)) with { Row = RowState.Failed };
    static readonly LetterClaim Mine = new("anna", "op2", "p2", Noon, Noon + LetterClaim.Life);
    static readonly LetterClaim Other = new("ben", "op1", "p1", Noon, Noon + LetterClaim.Life);

    public static TheoryData<string, LetterSnapshot, RecordReading> Cases() => new()
    {
        { "granted", Seen(Record), Readable(Record) },
        { "held", Seen(Record with { Claim = Other }), Readable(Record) },
        { "held", Seen(Record with { Claim = Other, PayloadSha256 = "changed" }), Readable(Record) },
        { "granted after another", Seen(Record with { Claim = Other with { Ended = "timed out" } }), Readable(Record) },
        { "granted after another", Seen(Record with { Claim = Other with { Until = Noon } }), Readable(Record) },
        { "granted after another", Seen(Record with { Claim = Mine }), Readable(Record) },
        { "changed", Seen(Record with { PayloadSha256 = "changed" }), Readable(Record) },
        { "changed", Seen(Record), RecordReading.None.Instance },
        { "changed", Seen(Record), new RecordReading.Unreadable("another build", null) },
        { "granted", Seen(RecordReading.None.Instance), RecordReading.None.Instance },
        { "changed", Seen(RecordReading.None.Instance), Readable(Record) },
        { "changed", Seen(new RecordReading.Unreadable("another build", null)), Readable(Record) },
        { "changed", Seen(Record) with { Exists = false }, Readable(Record) },
        { "changed", Seen(Record with { Claim = Other }) with { Exists = false, IsDiscarded = true }, Readable(Record) },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_claim_is_granted_on_the_letter_that_was_read_where_nobody_else_holds_it(string expected, LetterSnapshot seen, RecordReading read) =>
        Assert.Equal(expected, LetterClaims.Decide(seen, new StoredLetter(Key, default, read, seen.TimeLeft), Mine, _ => false, Noon) switch
        {
            ClaimResult.Granted(true) => "granted after another",
            ClaimResult.Granted(false) => "granted",
            ClaimResult.Held => "held",
            ClaimResult.Changed => "changed",
            _ => "unknown",
        });

    [Property]
    public bool No_claim_shortens_a_life_and_none_leaves_less_than_an_hour(int? seconds)
    {
        TimeSpan? left = seconds is { } s ? TimeSpan.FromSeconds(Math.Abs((long)s)) : null;
        var under = LetterClaims.LifeUnder(left);
        return left is null ? under is null : under >= left && under >= LetterClaim.LetterLife;
    }

    static LetterSnapshot Seen(LetterRecord record) => Seen(Readable(record));

    static LetterSnapshot Seen(RecordReading reading) => new(true, false, reading, null, TimeSpan.FromHours(2));

    static RecordReading Readable(LetterRecord record) => new RecordReading.Readable(record);
}
