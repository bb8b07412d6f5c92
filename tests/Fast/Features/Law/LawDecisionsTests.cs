using System.Text;
using Hobom.Slices.Core;
using Hobom.Slices.Law;
using Hobom.Slices.Protos.Llm;
using Hobom.Slices.Protos.Outbox.Law;

namespace Hobom.Slices.Tests.Fast.Features.Law;

public sealed class LawDecisionsTests
{
    [Fact]
    public void A_row_without_event_id_payload_diffId_or_changes_is_refused_and_says_so()
    {
        var whole = LawWorld.PayloadOf("d1", "1");
        Assert.Equal("the row has no event id", RefusalOf(null, whole).Reason);
        Assert.Equal("the row has no payload", RefusalOf("e1", null).Reason);
        Assert.Equal("the law change has no diffId", RefusalOf("e1", LawWorld.PayloadOf("", "1")).Reason);
        Assert.Equal("the law change has no changes", RefusalOf("e1", new LawChangedPayload { DiffId = "d1" }).Reason);
        Assert.Equal("dlq:law:e:1", RefusalOf("e:1", null).LetterKey.Format());
    }

    [Theory]
    [InlineData(LawStage.Nothing, false, false, LawStep.Generate)]
    [InlineData(LawStage.Nothing, true, false, LawStep.Save)]
    [InlineData(LawStage.Generated, false, false, LawStep.Generate)]
    [InlineData(LawStage.Generated, true, false, LawStep.Save)]
    [InlineData(LawStage.SaveBegun, true, false, LawStep.Save)]
    [InlineData(LawStage.SaveBegun, true, true, LawStep.Save)]
    [InlineData(LawStage.SaveBegun, false, false, LawStep.NeedsOperator)]
    [InlineData(LawStage.SaveBegun, false, true, LawStep.Generate)]
    [InlineData(LawStage.Saved, false, false, LawStep.Close)]
    [InlineData(LawStage.Saved, true, true, LawStep.Close)]
    public void Nothing_is_paid_for_that_is_kept_or_may_have_been_saved(
        LawStage stage, bool isKept, bool confirmed, LawStep expected) =>
        Assert.Equal(expected, LawDecisions.NextStep(stage, isKept, confirmed));

    [Fact]
    public void The_input_is_named_by_all_that_the_LLM_is_asked_and_by_nothing_else()
    {
        var first = EventOf("e1", "d1", "1");
        Assert.Equal(64, first.InputHash.Length);
        Assert.Equal(first.InputHash, EventOf("e2", "d2", "1").InputHash);
        Assert.NotEqual(first.InputHash, EventOf("e1", "d1", "2").InputHash);
    }

    [Fact]
    public void An_answer_without_summary_or_quizzes_is_nothing_to_learn_from()
    {
        var whole = LawWorld.MaterialFor(EventOf("e1", "d1", "1").Input);
        Assert.Null(LawDecisions.Fault(whole));
        Assert.Contains("no summary", LawDecisions.Fault(new StudyMaterialResponse(whole) { Summary = " \n" }), StringComparison.Ordinal);
        var noQuiz = whole.Clone();
        noQuiz.Quizzes.Clear();
        Assert.Contains("no quizzes", LawDecisions.Fault(noQuiz), StringComparison.Ordinal);
    }

    [Fact]
    public void A_save_holds_all_that_was_generated()
    {
        var law = EventOf("e1", "d1", "1");
        var request = LawDecisions.SaveOf(law, LawWorld.MaterialFor(law.Input));
        Assert.Equal(
            """{ "diffId": "d1", "summary": "About 1", "keyPoints": [ "a point" ], "quizzes": [ { "type": "OX", "question": "?", "answer": "O", "explanation": "so", "choices": [ "O", "X" ] } ] }""",
            request.ToString());
    }

    [Fact]
    public void A_letter_holds_the_payload_as_JSON_and_can_be_read_back()
    {
        var payload = LawWorld.PayloadOf("d<1>", "제1조");
        payload.Changes.Add(new LawArticleChange { ArticleNo = "2", ChangeType = "ADDED", After = "\"x\"\n" });
        var text = LawPayloadText.Format(payload);
        Assert.Equal(
            """{"diffId":"d<1>","changes":[{"articleNo":"제1조","changeType":"MODIFIED","before":"전","after":"후"},{"articleNo":"2","changeType":"ADDED","before":"","after":"\"x\"\n"}]}""",
            Encoding.UTF8.GetString(text));
        Assert.Equal(payload, LawPayloadText.Parse(text).Right());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"diffId\":\"d\"}")]
    [InlineData("{\"diffId\":1,\"changes\":[]}")]
    [InlineData("{\"diffId\":\"d\",\"changes\":[{}]}")]
    [InlineData("{\"diffId\":\"\\ud800\",\"changes\":[]}")]
    public void What_is_no_law_change_is_a_fault_and_no_exception(string text) =>
        Assert.True(LawPayloadText.Parse(Encoding.UTF8.GetBytes(text)).IsLeft);

    static LawEvent EventOf(string id, string diffId, string article) =>
        LawDecisions.EventOf(new EventId(id), LawWorld.PayloadOf(diffId, article));

    static Refusal RefusalOf(string? id, LawChangedPayload? payload) =>
        LawDecisions.Decide(new OutboxItem<LawChangedPayload>(
            "row", id is null ? null : new EventId(id), "LAW_CHANGED", payload, null, () => "{}"u8.ToArray())).Match(
            law => throw new InvalidOperationException($"{law}"), refusal => refusal);
}
