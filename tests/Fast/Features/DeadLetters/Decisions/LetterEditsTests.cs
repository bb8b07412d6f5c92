using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Xunit;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters;
using LanguageExt;
using static Hobom.Slices.Tests.Fast.Features.DeadLetters.LetterSamples;

namespace Hobom.Slices.Tests.Fast.Features.DeadLetters.Decisions;

public sealed class LetterEditsTests
{
    static readonly byte[] First = "{\"a\":1}"u8.ToArray();
    static readonly LetterRecord Record = DeadLetterDecisions.Merge(null, LetterAt(Noon, payload: Encoding.UTF8.GetString(First))) with { Row = RowState.Failed };
    static readonly LetterRecord Foreign = Record with { PayloadSha256 = Digest(First) };
    static readonly Option<ReadOnlyMemory<byte>> Nothing = Option<ReadOnlyMemory<byte>>.None;

    [Fact]
    public void The_first_edit_keeps_the_payload_that_failed_and_says_who_changed_what_and_why()
    {
        var write = Assert.IsType<EditPlan.Write>(Plan(Seen(Record), First, "{\"a\":2}"));
        Assert.Equal(First, write.KeepOriginal!.Value.ToArray());
        Assert.Equal(("anna", "misspelt", Digest(First)), (write.Record.Edit!.By, write.Record.Edit.Reason, write.Record.Edit.OriginalSha256));
        Assert.Equal(("replace", "/a"), (write.Record.Edit.Changes[0].Op, write.Record.Edit.Changes[0].Path));
        Assert.Equal((7L, Digest("{\"a\":2}"u8)), ((long)write.Record.PayloadBytes, write.Record.PayloadSha256));
        Assert.Equal("edit", Assert.Single(write.Record.History!).Action);
        Assert.Equal((false, TimeSpan.FromHours(2)), (write.ForgetOriginal, write.Life));
    }

    [Fact]
    public void A_second_edit_is_told_against_the_payload_that_failed_and_keeps_no_other()
    {
        var once = Assert.IsType<EditPlan.Write>(Plan(Seen(Record), First, "{\"a\":2}"));
        var twice = Assert.IsType<EditPlan.Write>(Plan(Seen(once.Record), once.Payload.ToArray(), "{\"a\":1,\"b\":3}", original: First));
        Assert.Null(twice.KeepOriginal);
        Assert.Equal(("add", "/b"), (Assert.Single(twice.Record.Edit!.Changes).Op, twice.Record.Edit.Changes[0].Path));
    }

    public static TheoryData<string, LetterSnapshot> Refusals() => new()
    {
        { "no letter", Seen(Record) with { Exists = false } },
        { "cannot be read", Seen(new RecordReading.Unreadable("cannot be read", null)) },
        { "replays it since", Seen(Record with { Claim = new LetterClaim("ben", "op", "p", Noon, Noon.AddMinutes(1)) }) },
        { "changed meanwhile", Seen(Record with { PayloadSha256 = "00" }) },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void A_letter_that_is_not_as_it_was_read_is_not_edited(string because, LetterSnapshot seen) =>
        Assert.Contains(because, Plan(seen, First, "{}") switch
        {
            EditPlan.NoLetter => "no letter",
            EditPlan.Refused(var reason) => reason,
            var other => $"{other}",
        }, StringComparison.Ordinal);

    [Fact]
    public void Who_was_shown_another_payload_writes_over_nothing()
    {
        var once = Assert.IsType<EditPlan.Write>(Plan(Seen(Record), First, "{\"a\":2}", seen: Digest(First).ToUpperInvariant()));
        var late = Plan(Seen(once.Record), once.Payload.ToArray(), "{\"a\":3}", original: First, seen: Digest(First));
        Assert.Contains("changed meanwhile", Assert.IsType<EditPlan.Refused>(late).Reason, StringComparison.Ordinal);
        Assert.IsType<EditPlan.Write>(Plan(Seen(once.Record), once.Payload.ToArray(), "{\"a\":3}", original: First, seen: once.Record.PayloadSha256));
        Assert.IsType<EditPlan.Refused>(Plan(Seen(RecordReading.None.Instance), First, "{}", seen: Digest("{}"u8)));
    }

    [Fact]
    public void A_letter_of_another_writer_gets_its_record_with_the_edit() =>
        Assert.NotNull(Assert.IsType<EditPlan.Write>(Plan(Seen(RecordReading.None.Instance), First, "{}")).Record.Edit);

    [Property]
    public bool Undone_an_edit_leaves_the_letter_as_it_was_but_for_its_history(NonNull<string> text)
    {
        if (Plan(Seen(Record), First, $"\"{Convert.ToHexString(Encoding.UTF8.GetBytes(text.Get))}\"") is not EditPlan.Write edited) return false;
        return LetterEdits.PlanUndo(Seen(edited.Record), Some(First), "anna", Noon) is EditPlan.Write undone
            && undone.Record with { History = Record.History } == Record with { PayloadBytes = First.Length, PayloadSha256 = Digest(First) }
            && undone is { ForgetOriginal: true, KeepOriginal: null } && undone.Payload.Span.SequenceEqual(First);
    }

    [Fact]
    public void What_is_not_edited_or_whose_original_is_gone_is_not_undone()
    {
        var edited = Assert.IsType<EditPlan.Write>(Plan(Seen(Record), First, "{}")).Record;
        Assert.IsType<EditPlan.NoLetter>(LetterEdits.PlanUndo(Seen(edited) with { Exists = false }, Some(First), "anna", Noon));
        Assert.Contains("not edited", Assert.IsType<EditPlan.Refused>(LetterEdits.PlanUndo(Seen(Record), Some(First), "anna", Noon)).Reason, StringComparison.Ordinal);
        Assert.Contains("not kept", Assert.IsType<EditPlan.Refused>(LetterEdits.PlanUndo(Seen(edited), Nothing, "anna", Noon)).Reason, StringComparison.Ordinal);
    }

    static EditPlan Plan(LetterSnapshot now, byte[] read, string payload, byte[]? original = null, string? seen = null)
    {
        var bytes = Encoding.UTF8.GetBytes(payload);
        return LetterEdits.Plan(
            now, new StoredLetter(Key, read, now.Record, now.TimeLeft), Foreign, original is null ? Nothing : Some(original),
            new WantedEdit(bytes, bytes, "anna", "misspelt") { SeenSha256 = seen }, Noon);
    }

    static Option<ReadOnlyMemory<byte>> Some(byte[] bytes) => Option<ReadOnlyMemory<byte>>.Some(bytes);

    static LetterSnapshot Seen(LetterRecord record) => Seen(new RecordReading.Readable(record));

    static LetterSnapshot Seen(RecordReading reading) => new(true, false, reading, null, TimeSpan.FromHours(2));

    static string Digest(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
