using System.Diagnostics;
using System.Security.Cryptography;
using Google.Protobuf;
using Hobom.Slices.Core;
using Hobom.Slices.Protos.Law;
using Hobom.Slices.Protos.Llm;
using Hobom.Slices.Protos.Outbox.Law;
using LanguageExt;

namespace Hobom.Slices.Law;

/// <summary>A law change to make study material of.</summary>
/// <param name="Input">What the LLM is asked; it does not know the diff's id.</param>
/// <param name="InputHash">Names the input, and what was generated from it: SHA-256, lower-case hexadecimal.</param>
public sealed record LawEvent(EventId Id, LawChangedPayload Payload, StudyMaterialRequest Input, string InputHash)
{
    public DeadLetterKey LetterKey => LawDecisions.LetterKeyOf(Id);
}

/// <summary>What has to be done next for an event.</summary>
public enum LawStep
{
    Generate,
    Save,

    /// <summary>Saved: only the row's mark, and a letter that is left, remain.</summary>
    Close,

    /// <summary>A save was begun, nobody saw its end, and what was sent is no longer kept: a person has to look.</summary>
    NeedsOperator,
}

/// <summary>What becomes of the rows of the law outbox. Pure.</summary>
public static class LawDecisions
{
    public static readonly RelayRoute Route = new("LAW_CHANGED", "", new Category("law"));

    public static DeadLetterKey LetterKeyOf(EventId id) => new(Route.Category, id.Value);

    public static Either<Refusal, LawEvent> Decide(OutboxItem<LawChangedPayload> item)
    {
        var fault = RowRules.Fault(item, Route.EventType) ?? Fault(item.Payload!);
        if (fault is not null) return Refusal.Of(item, Route.Category, fault);
        return EventOf(item.EventId!.Value, item.Payload!);
    }

    /// <summary>Why no study material can come of it, or null.</summary>
    public static string? Fault(LawChangedPayload payload) =>
        payload.DiffId.Length == 0 ? "the law change has no diffId"
        : payload.Changes.Count == 0 ? "the law change has no changes"
        : null;

    public static LawEvent EventOf(EventId id, LawChangedPayload payload)
    {
        var input = new StudyMaterialRequest();
        input.Changes.AddRange(payload.Changes.Select(c => new ArticleChange
        {
            ArticleNo = c.ArticleNo, ChangeType = c.ChangeType, Before = c.Before, After = c.After,
        }));
        return new LawEvent(id, payload, input, Convert.ToHexStringLower(SHA256.HashData(input.ToByteArray())));
    }

    /// <param name="isKept">What was generated from the event's input is there.</param>
    /// <param name="confirmed">A person has said that it may be generated, and paid for, again.</param>
    public static LawStep NextStep(LawStage stage, bool isKept, bool confirmed) => (stage, isKept) switch
    {
        (LawStage.Saved, _) => LawStep.Close,
        (_, true) => LawStep.Save,
        (LawStage.SaveBegun, _) when !confirmed => LawStep.NeedsOperator,
        // Nothing is kept of what was generated: it was never made, or its time is over, or a person wants it made again.
        (LawStage.Nothing or LawStage.Generated or LawStage.SaveBegun, false) => LawStep.Generate,
        _ => throw new UnreachableException($"no step after {stage}"),
    };

    /// <summary>Why an answer of the LLM is nothing to learn from, or null.</summary>
    public static string? Fault(StudyMaterialResponse answer) =>
        string.IsNullOrWhiteSpace(answer.Summary) ? "the generated study material has no summary"
        : answer.Quizzes.Count == 0 ? "the generated study material has no quizzes"
        : null;

    public static SaveStudyMaterialRequest SaveOf(LawEvent law, StudyMaterialResponse material)
    {
        var request = new SaveStudyMaterialRequest { DiffId = law.Payload.DiffId, Summary = material.Summary };
        request.KeyPoints.AddRange(material.KeyPoints);
        request.Quizzes.AddRange(material.Quizzes.Select(q => new Protos.Law.Quiz
        {
            Type = q.Type, Question = q.Question, Answer = q.Answer, Explanation = q.Explanation, Choices = { q.Choices },
        }));
        return request;
    }

    public static DeadLetter LetterOf(LawEvent law, StepEnd.GaveUp end, DateTimeOffset now) => new(
        law.LetterKey, law.Id, Route.EventType, LawPayloadText.Format(law.Payload), Route.Topic, law.Id.Value,
        [new RecordHeader(RecordHeader.EventId, law.Id.Value), new RecordHeader(RecordHeader.EventType, Route.EventType)],
        end.Stage, end.Last.Class, end.Last.Message, end.Attempts, now);
}
