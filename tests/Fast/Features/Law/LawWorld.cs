using System.Text;
using Google.Protobuf;
using Hobom.Slices.Core;
using Hobom.Slices.Law;
using Hobom.Slices.Protos.Law;
using Hobom.Slices.Protos.Llm;
using Hobom.Slices.Protos.Outbox.Law;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Tests.Fast.Shared.Runtime.Leases;
using LanguageExt;
using Microsoft.Extensions.Logging.Abstractions;
using LlmQuiz = Hobom.Slices.Protos.Llm.Quiz;

namespace Hobom.Slices.Tests.Fast.Features.Law;

/// <summary>
/// The neighbours of the law flow, in memory: outbox, LLM, saved study material, letters, and Redis. What each call
/// does is applied and answered at once; a test may put another neighbour in its place.
/// </summary>
sealed class LawWorld
{
    public static readonly CallFailure Unavailable = new(CallFailureKind.Unavailable, "connection refused");
    public static readonly CallFailure Deadline = new(CallFailureKind.DeadlineExceeded, "deadline");
    public static readonly CallFailure Internal = new(CallFailureKind.Internal, "Failed to save study material");
    static readonly StoreFailure NoRedis = new("no connection");

    public FakeClock Clock { get; } = new();

    public Dictionary<EventId, Row> Rows { get; } = [];

    public Dictionary<string, DeadLetter> Letters { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, (byte[] Bytes, DateTimeOffset Until)> Redis { get; } = new(StringComparer.Ordinal);

    public List<string> SavedDiffs { get; } = [];

    /// <summary>Input hashes, a line for each generation that began.</summary>
    public List<string> Generated { get; } = [];

    public List<string> Log { get; } = [];

    public bool RedisDown { get; set; }

    /// <summary>Writes of these names fail.</summary>
    public Func<string, bool> WriteFails { get; set; } = _ => false;

    public Func<LawWorld, StudyMaterialRequest, CancellationToken, Task<Either<CallFailure, StudyMaterialResponse>>> Llm { get; set; } =
        (_, input, _) => Task.FromResult<Either<CallFailure, StudyMaterialResponse>>(MaterialFor(input));

    public Func<LawWorld, SaveStudyMaterialRequest, Task<Either<CallFailure, Unit>>> Saver { get; set; } =
        (world, request) => Task.FromResult(world.Save(request));

    public Func<EventId, CallFailure?> MarkFault { get; set; } = _ => null;

    /// <summary>Happens between the outbox's reading and its answer.</summary>
    public Action BeforeFindAnswers { get; set; } = () => { };

    public LawFlow NewProcess(int concurrency = 2, FlowLease? lease = null) => new(new LawParts(
        Ports, lease ?? FakeLeases.Held(), Clock, () => 0, NullLogger.Instance, concurrency));

    public LawPorts Ports => new(
        FindPending: _ =>
        {
            var found = Find();
            BeforeFindAnswers();
            return Task.FromResult(found);
        },
        Generate: (input, stopping) =>
        {
            Generated.Add(HashOf(input));
            Log.Add("generate");
            return Llm(this, input, stopping);
        },
        Save: request =>
        {
            Log.Add($"save {request.DiffId}");
            return Saver(this, request);
        },
        new MarkPort(id => Task.FromResult(Mark(id, "SENT")), (id, _) => Task.FromResult(Mark(id, "FAILED"))),
        new LetterPort(
            letter => Task.FromResult(OnRedis(() => Put(letter))),
            keys => Task.FromResult<Either<StoreFailure, IReadOnlySet<DeadLetterKey>>>(
                RedisDown ? NoRedis : keys.Where(k => Letters.ContainsKey(k.Format())).ToHashSet()),
            key => Task.FromResult(OnRedis(() => Drop(key))),
            _ => Task.FromResult(OnRedis(() => { })))
        {
            Payload = key => Task.FromResult(PayloadOf(key)),
        },
        new KeptValuePort(name => Task.FromResult(Get(name)), (name, bytes, life) => Task.FromResult(Set(name, bytes, life))));

    public EventId AddRow(string id, string diffId = "", string article = "1", bool payload = true)
    {
        var eventId = new EventId(id);
        Rows[eventId] = new Row("PENDING", payload ? PayloadOf(diffId.Length > 0 ? diffId : $"diff-{id}", article) : null, Rows.Count);
        return eventId;
    }

    /// <summary>Runs the work on this thread; time passes whenever nothing else can happen.</summary>
    public T Run<T>(Func<Task<T>> start) => OnOneThread.Run(() =>
    {
        var task = start();
        while (!task.IsCompleted) Clock.Advance(Clock.UntilNextTimer ?? throw new InvalidOperationException("it waits for nothing"));
        return task.GetAwaiter().GetResult();
    });

    /// <summary>One visit, and the time that what it started takes.</summary>
    public VisitReport Visit(LawFlow flow)
    {
        var report = Run(() => flow.VisitAsync(default));
        OnOneThread.Run(() =>
        {
            while (Clock.UntilNextTimer is { } wait) Clock.Advance(wait);
        });
        return report;
    }

    /// <summary>Visits, five seconds between two, as long as the condition holds; then one more, for the last report.</summary>
    public List<VisitReport> VisitWhile(LawFlow flow, Func<bool> goOn) => Run(async () =>
    {
        var reports = new List<VisitReport>();
        while (goOn() && reports.Count < 1000)
        {
            reports.Add(await flow.VisitAsync(default));
            await Delays.WaitAsync(TimeSpan.FromSeconds(5), Clock, default);
        }

        reports.Add(await flow.VisitAsync(default));
        return reports;
    });

    public List<VisitReport> VisitUntilSettled(LawFlow flow) =>
        VisitWhile(flow, () => Rows.Values.Any(r => r.Status is "PENDING"));

    public void VisitFor(LawFlow flow, TimeSpan time)
    {
        var end = Clock.GetUtcNow() + time;
        VisitWhile(flow, () => Clock.GetUtcNow() < end);
    }

    public static Task<Either<CallFailure, StudyMaterialResponse>> Answer(
        Either<CallFailure, StudyMaterialResponse> answer) => Task.FromResult(answer);

    public async Task<Either<CallFailure, StudyMaterialResponse>> AnswerAfterAsync(TimeSpan wait, StudyMaterialRequest input)
    {
        await Task.Delay(wait, Clock);
        return MaterialFor(input);
    }

    /// <summary>Answers when told to stop.</summary>
    public static async Task<Either<CallFailure, StudyMaterialResponse>> NeverAsync(CancellationToken stopping)
    {
        var cancelled = new TaskCompletionSource<Either<CallFailure, StudyMaterialResponse>>();
        await using var registration = stopping.Register(
            () => cancelled.SetResult(new CallFailure(CallFailureKind.Cancelled, "stopping")));
        return await cancelled.Task;
    }

    public string StatusOf(string id) => Rows[new EventId(id)].Status;

    public DeadLetter LetterOf(string id) => Letters[$"dlq:law:{id}"];

    public string? ProgressOf(string id) =>
        Redis.TryGetValue($"progress:{id}", out var kept) ? Encoding.UTF8.GetString(kept.Bytes).Split(' ')[1] : null;

    public static LawChangedPayload PayloadOf(string diffId, string article) => new()
    {
        DiffId = diffId,
        Changes = { new LawArticleChange { ArticleNo = article, ChangeType = "MODIFIED", Before = "전", After = "후" } },
    };

    public static StudyMaterialResponse MaterialFor(StudyMaterialRequest input) => new()
    {
        Summary = $"About {input.Changes[0].ArticleNo}",
        KeyPoints = { "a point" },
        Quizzes = { new LlmQuiz { Type = "OX", Question = "?", Answer = "O", Explanation = "so", Choices = { "O", "X" } } },
    };

    public static string HashOf(StudyMaterialRequest input) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(input.ToByteArray()));

    public Either<CallFailure, IReadOnlyList<OutboxItem<LawChangedPayload>>> Find() =>
        Rows.Where(r => r.Value.Status is "PENDING").Select(r => new OutboxItem<LawChangedPayload>(
            "row", r.Key, "LAW_CHANGED", r.Value.Payload, Clock.GetUtcNow().AddSeconds(r.Value.Order - 1000),
            () => "{}"u8.ToArray())).ToList();

    /// <summary>As the backend does it: a second save of a diff is INTERNAL.</summary>
    public Either<CallFailure, Unit> Save(SaveStudyMaterialRequest request)
    {
        if (SavedDiffs.Contains(request.DiffId)) return Internal;
        SavedDiffs.Add(request.DiffId);
        return Unit.Default;
    }

    public Either<CallFailure, MarkOutcome> Mark(EventId id, string status)
    {
        if (MarkFault(id) is { } fault) return fault;
        Log.Add($"{status} {id}");
        Rows[id] = Rows[id] with { Status = status };
        return MarkOutcome.Marked;
    }

    public void Put(DeadLetter letter)
    {
        Log.Add($"letter {letter.Key.Id}");
        Letters[letter.Key.Format()] = letter;
    }

    public void Drop(DeadLetterKey key)
    {
        Log.Add($"drop {key.Id}");
        Letters.Remove(key.Format());
    }

    public Either<StoreFailure, Option<ReadOnlyMemory<byte>>> Get(string name)
    {
        if (RedisDown) return NoRedis;
        return Redis.TryGetValue(name, out var kept) && kept.Until > Clock.GetUtcNow()
            ? Option<ReadOnlyMemory<byte>>.Some(kept.Bytes)
            : Option<ReadOnlyMemory<byte>>.None;
    }

    public Either<StoreFailure, Unit> Set(string name, ReadOnlyMemory<byte> bytes, TimeSpan life)
    {
        if (RedisDown || WriteFails(name)) return NoRedis;
        Redis[name] = (bytes.ToArray(), Clock.GetUtcNow() + life);
        return Unit.Default;
    }

    Either<StoreFailure, Option<ReadOnlyMemory<byte>>> PayloadOf(DeadLetterKey key)
    {
        if (RedisDown) return NoRedis;
        return Letters.TryGetValue(key.Format(), out var letter) ? Option<ReadOnlyMemory<byte>>.Some(letter.Payload) : Option<ReadOnlyMemory<byte>>.None;
    }

    Either<StoreFailure, Unit> OnRedis(Action write)
    {
        if (RedisDown) return NoRedis;
        write();
        return Unit.Default;
    }

    /// <param name="Order">The age: lower is older.</param>
    public sealed record Row(string Status, LawChangedPayload? Payload, int Order);
}
