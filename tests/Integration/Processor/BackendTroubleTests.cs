using Hobom.Slices.Tests.Integration.Interop;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>The main backend refuses, vanishes or says nothing in the middle of a visit.</summary>
[Collection(TakeoverCollection.Name)]
public sealed class BackendTroubleTests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    const int Rows = 300;

    [Fact]
    public async Task With_a_wrong_key_nothing_moves_the_log_says_why_and_the_right_key_needs_no_restart()
    {
        await Control.ExpectKeyAsync("main", "another-key");
        await Outbox.GenerateAsync(Prefix, 10);
        await using var processor = await StartAsync();
        await processor.SaysAsync("the API key may be wrong");
        var end = await Outbox.CompareAsync();
        Assert.Equal((10, 0), (end.Pending, end.Records));
        await Control.ExpectKeyAsync("main", "test-key");
        await Outbox.EachIsSentOnceAsync(10, processor);
        await processor.SaysAsync("well again");
    }

    [Theory]
    [InlineData("stop")]
    [InlineData("drain")]
    [InlineData("half an answer")]
    [InlineData("connection lost with marks applied")]
    [InlineData("connection lost with marks not applied")]
    public async Task A_backend_that_goes_in_the_middle_of_a_visit_costs_no_event_and_doubles_none(string how)
    {
        await SlowMarksAsync(30);
        await Outbox.GenerateAsync(Prefix, Rows);
        await using var processor = await StartAsync();
        await Outbox.AtLeastAsync(Rows / 10, "SENT");
        await BreakAsync(how);
        await Outbox.GenerateAsync(Prefix, 100, start: Rows);
        await Control.StartAsync("main");
        await Outbox.EachIsSentOnceAsync(Rows + 100, processor);
    }

    [Fact]
    public async Task A_mark_that_never_answers_is_given_up_at_its_deadline_and_only_marked_again()
    {
        await Outbox.GenerateAsync(Prefix, 5);
        await Control.ScriptAsync("main", "message/mark-sent", new GrpcJsOrder { Hang = true, Match = new() { ["eventId"] = Prefix + "3" } });
        await using var processor = await StartAsync();
        await Outbox.EachIsSentOnceAsync(5, processor);
        var calls = await Control.CallsAsync("main", "message/mark-sent");
        Assert.Equal(2, calls.Items.Count(c => c.Request.GetProperty("eventId").GetString() == Prefix + "3"));
    }

    [Fact]
    public async Task A_mark_that_took_effect_and_whose_answer_was_lost_is_repeated_and_the_record_is_not()
    {
        await Outbox.GenerateAsync(Prefix, 20);
        await Control.ScriptAsync("main", "message/mark-sent", new GrpcJsOrder { Status = 14, Applied = true, Repeat = 20 });
        await using var processor = await StartAsync();
        await Outbox.EachIsSentOnceAsync(20, processor);
        await Eventually.TrueAsync(
            async () => (await Control.AllMarksAsync("main")).Values.Sum(m => m.Length) == 40, null, () => "marks were not repeated");
    }

    [Fact]
    public async Task A_mark_that_fails_twenty_times_is_tried_again_through_many_visits_with_one_record()
    {
        await Outbox.GenerateAsync(Prefix, 1);
        await Control.ScriptAsync("main", "message/mark-sent", new GrpcJsOrder { Status = 2, Details = "Internal server error", Repeat = 20 });
        await using var processor = await StartAsync();
        await Eventually.TrueAsync(
            async () =>
            {
                await processor.PollNowAsync();
                return await Outbox.CountAsync("SENT") == 1;
            },
            null, () => $"never marked: {processor.Output}");
        await Outbox.EachIsSentOnceAsync(1, processor);
        Assert.Equal(21, (await Control.CallsAsync("main", "message/mark-sent")).Total);
        Assert.True((await Control.CallsAsync("main", "find-message")).Total > 6);
    }

    async Task BreakAsync(string how)
    {
        switch (how)
        {
            case "stop":
                await Control.StopAsync("main");
                break;
            case "drain":
                await Control.DrainAsync("main", TimeSpan.FromMilliseconds(10));
                break;
            case "half an answer":
                await Control.ScriptAsync("main", "find-message", new GrpcJsOrder { Abort = GrpcJsOrder.HalfAnAnswer, Repeat = 2 });
                break;
            default:
                await Control.ClearScriptsAsync();
                await Control.ScriptAsync("main", "message/mark-sent", new GrpcJsOrder
                {
                    Abort = "session", Applied = how.EndsWith("with marks applied", StringComparison.Ordinal), Repeat = 5,
                });
                break;
        }
    }
}
