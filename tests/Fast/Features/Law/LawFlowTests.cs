using Hobom.Slices.Core;
using Hobom.Slices.Law;
using Hobom.Slices.Protos.Llm;
using Hobom.Slices.Runtime.Delivering;
using LanguageExt;

namespace Hobom.Slices.Tests.Fast.Features.Law;

public sealed class LawFlowTests
{
    readonly LawWorld world = new();

    [Fact]
    public void An_event_is_generated_kept_saved_and_then_marked()
    {
        world.AddRow("e1");
        var report = Visit(world.NewProcess());
        Assert.Equal(["generate", "save diff-e1", "SENT e1"], world.Log);
        Assert.Equal((1, 1, 0, null), (report.Found, report.Delivered, report.LeftPending, report.Trouble));
        Assert.Equal("saved", world.ProgressOf("e1"));
        var kept = world.Redis.Single(r => r.Key.StartsWith("generated:", StringComparison.Ordinal));
        Assert.Equal($"generated:{world.Generated[0]}", kept.Key);
        Assert.Equal(TimeSpan.FromDays(7), kept.Value.Until - world.Clock.GetUtcNow());
        Assert.Equal(TimeSpan.FromDays(30), world.Redis["progress:e1"].Until - world.Clock.GetUtcNow());
    }

    [Fact]
    public void A_refused_row_gets_its_letter_before_it_is_marked_FAILED_and_the_rest_goes_on()
    {
        world.AddRow("e1", payload: false);
        world.AddRow("e2");
        var report = Visit(world.NewProcess());
        Assert.Equal(["letter e1", "FAILED e1", "generate", "save diff-e2", "SENT e2"], world.Log);
        Assert.Equal((2, 1, 1, 0), (report.Found, report.Delivered, report.DeadLettered, report.LeftPending));
        Assert.Equal(("decide", FailureClass.Refused, ""), (world.LetterOf("e1").Stage, world.LetterOf("e1").Class, world.LetterOf("e1").Topic));
    }

    [Fact]
    public void Two_events_with_the_same_input_share_one_generation()
    {
        world.AddRow("e1", article: "1");
        world.AddRow("e2", article: "1");
        world.AddRow("e3", article: "2");
        world.Llm = (_, input, _) => AfterAsync(TimeSpan.FromSeconds(3), input);
        VisitUntilSettled(world.NewProcess());
        Assert.Equal(2, world.Generated.Count);
        Assert.Equal(["diff-e1", "diff-e2", "diff-e3"], world.SavedDiffs.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Without_Redis_nothing_is_generated()
    {
        world.AddRow("e1");
        world.RedisDown = true;
        var flow = world.NewProcess();
        var report = Visit(flow);
        Assert.Equal((1, "Redis: no connection"), (report.LeftPending, report.Trouble));
        Assert.Empty(world.Log);

        world.RedisDown = false;
        world.WriteFails = name => name.StartsWith("calls:", StringComparison.Ordinal);
        Visit(flow);
        Assert.Empty(world.Log);
        Assert.Equal("PENDING", world.StatusOf("e1"));
    }

    [Fact]
    public void A_text_that_could_not_be_kept_is_neither_saved_nor_paid_for_twice()
    {
        world.AddRow("e1");
        world.WriteFails = name => name.StartsWith("generated:", StringComparison.Ordinal);
        var flow = world.NewProcess();
        Visit(flow);
        Visit(flow);
        Assert.Equal(["generate"], world.Log);

        world.WriteFails = _ => false;
        Visit(flow);
        Assert.Equal(["generate", "save diff-e1", "SENT e1"], world.Log);
    }

    [Fact]
    public void What_is_known_to_be_saved_is_only_marked_and_a_stale_letter_goes_first()
    {
        var id = world.AddRow("e1");
        world.MarkFault = _ => LawWorld.Unavailable;
        var flow = world.NewProcess();
        Visit(flow);
        var first = Visit(flow);
        Assert.Equal((0, 1), (first.Delivered, first.LeftPending));
        Assert.Contains("outbox: mark", first.Trouble, StringComparison.Ordinal);

        world.MarkFault = _ => null;
        world.Put(StaleLetter(id));
        world.Log.Clear();
        var second = Visit(world.NewProcess());
        Assert.Equal(["drop e1", "SENT e1"], world.Log);
        Assert.Equal((1, 0), (second.Remarked, second.Delivered));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_save_whose_end_nobody_saw_and_that_is_then_refused_is_a_letter_outcome_unknown(bool crashed)
    {
        world.AddRow("e1");
        var never = new TaskCompletionSource<Either<CallFailure, Unit>>();
        world.Saver = (w, request) =>
        {
            w.Save(request);
            w.Saver = (_, again) => Task.FromResult(w.Save(again));
            return crashed ? never.Task : Task.FromResult<Either<CallFailure, Unit>>(LawWorld.Deadline);
        };
        if (crashed) OnOneThread.Run(() => { _ = world.NewProcess().VisitAsync(default); });
        Visit(world.NewProcess());

        var letter = world.LetterOf("e1");
        Assert.Equal(("save", FailureClass.Unknown), (letter.Stage, letter.Class));
        Assert.True(letter.Attempts[^1].MaybeWritten);
        Assert.Equal("FAILED", world.StatusOf("e1"));
        Assert.Equal(["generate", "save diff-e1", "save diff-e1", "letter e1", "FAILED e1"], world.Log);
        Assert.Equal("""{"diffId":"diff-e1","changes":[{"articleNo":"1","changeType":"MODIFIED","before":"전","after":"후"}]}""", TextOf(letter.Payload));
        Assert.Equal([new("event-id", "e1"), new RecordHeader("event-type", "LAW_CHANGED")], letter.Headers);
    }

    [Fact]
    public void A_save_whose_end_nobody_saw_and_that_is_then_taken_is_saved()
    {
        world.AddRow("e1");
        world.Saver = (w, _) =>
        {
            w.Saver = (_, again) => Task.FromResult(w.Save(again));
            return Task.FromResult<Either<CallFailure, Unit>>(LawWorld.Deadline);
        };
        Visit(world.NewProcess());
        Assert.Equal(["generate", "save diff-e1", "save diff-e1", "SENT e1"], world.Log);
        Assert.Empty(world.Letters);
    }

    [Fact]
    public void A_first_save_refused_with_INTERNAL_is_tried_three_times_and_is_not_called_unknown()
    {
        world.AddRow("e1");
        world.SavedDiffs.Add("diff-e1");
        Visit(world.NewProcess());
        Assert.Equal(["generate", "save diff-e1", "save diff-e1", "save diff-e1", "letter e1", "FAILED e1"], world.Log);
        Assert.Equal((FailureClass.Transient, 3), (world.LetterOf("e1").Class, world.LetterOf("e1").Attempts.Count));
        Assert.DoesNotContain(world.LetterOf("e1").Attempts, a => a.MaybeWritten);
        Assert.Equal("generated", world.ProgressOf("e1"));
    }

    [Fact]
    public void A_doubtful_save_whose_text_is_no_longer_kept_is_not_paid_for_again()
    {
        world.AddRow("e1");
        world.Redis["progress:e1"] = ("1 save-begun 1700000000000"u8.ToArray(), DateTimeOffset.MaxValue);
        Visit(world.NewProcess());
        Assert.Equal(["letter e1", "FAILED e1"], world.Log);
        Assert.Equal(("save", FailureClass.Unknown), (world.LetterOf("e1").Stage, world.LetterOf("e1").Class));
    }

    [Fact]
    public void RESOURCE_EXHAUSTED_and_hints_wait_without_using_up_an_attempt()
    {
        world.AddRow("e1");
        var answers = new Queue<CallFailure>(
        [
            new(CallFailureKind.ResourceExhausted, "quota"), LawWorld.Unavailable,
            new(CallFailureKind.ResourceExhausted, "quota", TimeSpan.FromSeconds(200)), LawWorld.Unavailable,
            new(CallFailureKind.Unavailable, "later", TimeSpan.FromSeconds(100)),
            new(CallFailureKind.ResourceExhausted, "quota"),
        ]);
        world.Llm = (_, input, _) => Answer(answers.TryDequeue(out var failure) ? failure : LawWorld.MaterialFor(input));
        var before = world.Clock.GetUtcNow();
        VisitUntilSettled(world.NewProcess());
        Assert.Equal(("SENT", 7), (world.StatusOf("e1"), world.Generated.Count));
        Assert.True(world.Clock.GetUtcNow() - before >= TimeSpan.FromSeconds(304));
    }

    [Fact]
    public void A_wish_beyond_ten_minutes_leaves_the_row_PENDING_and_the_LLM_alone_for_so_long()
    {
        world.AddRow("e1");
        world.Llm = (_, _, _) => Answer(new CallFailure(CallFailureKind.ResourceExhausted, "quota", TimeSpan.FromHours(1)));
        var flow = world.NewProcess();
        Assert.Contains("quota", Visit(flow).Trouble, StringComparison.Ordinal);
        Visit(flow);
        world.Clock.Advance(TimeSpan.FromMinutes(59));
        Visit(flow);
        Assert.Single(world.Generated);
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        Visit(flow);
        Assert.Equal(2, world.Generated.Count);
        Assert.Equal("PENDING", world.StatusOf("e1"));
        Assert.Empty(world.Letters);
    }

    [Theory]
    [InlineData(CallFailureKind.Unavailable)]
    [InlineData(CallFailureKind.Unauthenticated)]
    public void An_outage_of_the_LLM_makes_five_letters_and_then_asks_with_one_event_at_a_time(CallFailureKind kind)
    {
        for (var i = 0; i < 20; i++) world.AddRow($"e{i}", article: $"{i}");
        world.Llm = (_, _, _) => Answer(new CallFailure(kind, "gone"));
        var flow = world.NewProcess(concurrency: 1);
        Visit(flow);
        Assert.Equal(OutageBreaker.LetterLimit, world.Letters.Count);
        Assert.True(flow.IsNeighbourAway);

        world.Generated.Clear();
        world.Llm = (_, _, stopping) => NeverAsync<StudyMaterialResponse>(stopping);
        OnOneThread.Run(() => { _ = flow.VisitAsync(default); });
        Assert.Single(world.Generated);
        Assert.Equal(OutageBreaker.LetterLimit, world.Letters.Count);
    }

    [Fact]
    public void After_an_outage_the_rows_that_were_left_go_out()
    {
        for (var i = 0; i < 9; i++) world.AddRow($"e{i}", article: $"{i}");
        world.Llm = (_, _, _) => Answer(LawWorld.Unavailable);
        var flow = world.NewProcess(concurrency: 1);
        for (var i = 0; i < 5; i++) Visit(flow);
        world.Llm = (_, input, _) => Answer(LawWorld.MaterialFor(input));
        VisitUntilSettled(flow);
        Assert.Equal(9 - OutageBreaker.LetterLimit, world.SavedDiffs.Count);
        Assert.False(flow.IsNeighbourAway);
    }

    [Fact]
    public void An_answer_with_nothing_to_learn_is_asked_again_once_and_never_kept()
    {
        world.AddRow("e1");
        world.Llm = (_, _, _) => Answer(new StudyMaterialResponse { Summary = "only this" });
        Visit(world.NewProcess());
        Assert.Equal(["generate", "generate", "letter e1", "FAILED e1"], world.Log);
        var letter = world.LetterOf("e1");
        Assert.Equal(
            ("generate", FailureClass.Permanent, "the generated study material has no quizzes"),
            (letter.Stage, letter.Class, letter.Reason));
        Assert.DoesNotContain(world.Redis.Keys, k => k.StartsWith("generated:", StringComparison.Ordinal));
    }

    [Fact]
    public void An_input_is_paid_for_three_times_in_24_hours_at_most_across_restarts()
    {
        world.AddRow("e1");
        world.Llm = (_, _, stopping) => NeverAsync<StudyMaterialResponse>(stopping);
        for (var i = 0; i < 3; i++) OnOneThread.Run(() => { _ = world.NewProcess().VisitAsync(default); });
        Assert.Equal(3, world.Generated.Count);

        Visit(world.NewProcess());
        Assert.Equal(3, world.Generated.Count);
        Assert.Equal(("generate", "GenerationLimit"), (world.LetterOf("e1").Stage, world.LetterOf("e1").Attempts[0].Code));
    }

    [Fact]
    public void A_slow_generation_holds_up_neither_the_others_nor_rows_that_come_later()
    {
        world.AddRow("slow", article: "slow");
        for (var i = 0; i < 5; i++) world.AddRow($"e{i}", article: $"{i}");
        world.Llm = (_, input, _) => input.Changes[0].ArticleNo is "slow"
            ? AfterAsync(TimeSpan.FromSeconds(119), input)
            : AfterAsync(TimeSpan.FromSeconds(2), input);
        var flow = world.NewProcess();
        var first = world.Run(() => flow.VisitAsync(default));
        Assert.Equal((6, 2), (first.Found, first.LeftPending));
        world.AddRow("later", article: "later");
        VisitFor(flow, TimeSpan.FromSeconds(20));
        Assert.Equal(["slow"], world.Rows.Where(r => r.Value.Status is "PENDING").Select(r => r.Key.Value));
        var reports = VisitUntilSettled(flow);
        Assert.Equal(1, reports.Sum(r => r.Delivered));
        Assert.Equal(7, world.Generated.Count);
    }

    [Fact]
    public void No_more_generations_run_at_once_than_the_bound()
    {
        var (now, most) = (0, 0);
        for (var i = 0; i < 12; i++) world.AddRow($"e{i}", article: $"{i}");
        world.Llm = async (_, input, _) =>
        {
            most = Math.Max(most, ++now);
            var answer = await AfterAsync(TimeSpan.FromSeconds(5), input);
            now--;
            return answer;
        };
        VisitUntilSettled(world.NewProcess(concurrency: 3));
        Assert.Equal((3, 12), (most, world.SavedDiffs.Count));
    }

    [Fact]
    public void Stopping_ends_a_generation_and_leaves_its_row_PENDING()
    {
        world.AddRow("e1");
        world.Llm = (_, _, stopping) => NeverAsync<StudyMaterialResponse>(stopping);
        var flow = world.NewProcess();
        OnOneThread.Run(() =>
        {
            Assert.True(flow.VisitAsync(default).IsCompletedSuccessfully);
            Assert.True(flow.DrainAsync().IsCompletedSuccessfully);
        });
        Assert.Equal(["generate"], world.Log);
        Assert.Equal("PENDING", world.StatusOf("e1"));
    }

    [Fact]
    public void Stopping_lets_a_save_that_was_begun_and_its_mark_finish()
    {
        world.AddRow("e1");
        var saving = new TaskCompletionSource<Either<CallFailure, Unit>>();
        world.Saver = (_, _) => saving.Task;
        var flow = world.NewProcess();
        OnOneThread.Run(() =>
        {
            Assert.True(flow.VisitAsync(default).IsCompletedSuccessfully);
            var drained = flow.DrainAsync();
            Assert.False(drained.IsCompleted);
            saving.SetResult(Unit.Default);
            Assert.True(drained.IsCompletedSuccessfully);
        });
        Assert.Equal(["generate", "save diff-e1", "SENT e1"], world.Log);
    }

    [Fact]
    public void A_row_read_before_its_event_ended_is_not_run_again()
    {
        world.AddRow("e1");
        var release = new TaskCompletionSource<Either<CallFailure, StudyMaterialResponse>>();
        world.Llm = (_, _, _) => release.Task;
        var flow = world.NewProcess();
        OnOneThread.Run(() =>
        {
            _ = flow.VisitAsync(default);
            world.BeforeFindAnswers = () => release.SetResult(new CallFailure(CallFailureKind.InvalidArgument, "no"));
            _ = flow.VisitAsync(default);
        });
        Assert.Equal(["generate", "letter e1", "FAILED e1"], world.Log);
    }

    static Task<Either<CallFailure, StudyMaterialResponse>> Answer(Either<CallFailure, StudyMaterialResponse> answer) =>
        Task.FromResult(answer);

    async Task<Either<CallFailure, StudyMaterialResponse>> AfterAsync(TimeSpan wait, StudyMaterialRequest input)
    {
        await Task.Delay(wait, world.Clock);
        return LawWorld.MaterialFor(input);
    }

    static async Task<Either<CallFailure, T>> NeverAsync<T>(CancellationToken stopping)
    {
        var cancelled = new TaskCompletionSource<Either<CallFailure, T>>();
        await using var registration = stopping.Register(
            () => cancelled.SetResult(new CallFailure(CallFailureKind.Cancelled, "stopping")));
        return await cancelled.Task;
    }

    static DeadLetter StaleLetter(EventId id) => new(
        new DeadLetterKey(new Category("law"), id.Value), id, "LAW_CHANGED", default, "", id.Value, [], "generate",
        FailureClass.Transient, "r", [], DateTimeOffset.UnixEpoch);

    static string TextOf(ReadOnlyMemory<byte> bytes) => System.Text.Encoding.UTF8.GetString(bytes.Span);

    VisitReport Visit(LawFlow flow) => world.Visit(flow);

    List<VisitReport> VisitUntilSettled(LawFlow flow) =>
        world.VisitWhile(flow, () => world.Rows.Values.Any(r => r.Status is "PENDING"));

    void VisitFor(LawFlow flow, TimeSpan time)
    {
        var end = world.Clock.GetUtcNow() + time;
        world.VisitWhile(flow, () => world.Clock.GetUtcNow() < end);
    }
}
