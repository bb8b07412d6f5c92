using System.Text.Json.Serialization;
using Hobom.Slices.Core;
using Hobom.Slices.Http.DryRuns;
using Hobom.Slices.Http.Pollers;
using Hobom.Slices.Protos.Outbox.Law;
using Hobom.Slices.Runtime.Outbox;
using LanguageExt;

namespace Hobom.Slices.Law.Endpoints;

public sealed class DryRunLawChange(PollerControl pollers, TimeProvider clock, LawFlow flow)
    : DryRunEndpoint<DryRunLawChange.LawDryRun>(pollers, clock, LawSlice.Name)
{
    /// <param name="Value">The law change; the LLM is asked its changes, and a dead letter holds all of it.</param>
    /// <param name="InputHash">SHA-256 of what the LLM is asked. Rows with the same one share a generation.</param>
    /// <param name="IsKept">Its text is kept: nothing would be generated. Null where Redis did not tell.</param>
    public sealed record LawChangeView(string EventId, string DiffId, object Value, int ValueBytes, string InputHash, bool? IsKept);

    /// <summary>Either the change or the refusal.</summary>
    public sealed record LawDryRun(DateTimeOffset At)
    {
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public LawChangeView? Change { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public DryRunRefusal? Refused { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public bool Masked { get; init; }
    }

    protected override string What =>
        "What the LLM would be asked for a row of the law outbox, given as JSON, and whether its answer is kept already. Nothing is asked.";

    protected override LawDryRun Example => new(DryRunExamples.At)
    {
        Change = new LawChangeView(
            "0192f0c1", "diff-7",
            new { diffId = "diff-7", changes = new[] { new { articleNo = "3", changeType = "MODIFIED", before = "…", after = "…" } } }, 97,
            "3f1c2d9a70b4e815a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718", IsKept: false),
    };

    protected override async Task<Either<RowFault, LawDryRun>> RunAsync(ReadOnlyMemory<byte> body, DryRun run)
    {
        if (!RowReading.One<QueryResult>(body).TryGetRight(out var row, out var fault)) return fault;
        var answer = new LawDryRun(run.Now) { Masked = run.IsMasked };
        if (!LawDecisions.Decide(LawOutboxClient.ItemOf(row)).TryGetRight(out var law, out var refusal))
            return answer with { Refused = run.RefusalOf(refusal) };
        var value = LawPayloadText.Format(law.Payload);
        bool? kept = (await flow.IsKeptAsync(law.InputHash)).TryGetRight(out var found, out _) ? found : null;
        return answer with
        {
            Change = new LawChangeView(
                run.Code(law.Id.Value), run.Code(law.Payload.DiffId), run.ValueOf(value), value.Length, law.InputHash, kept),
        };
    }
}
