using System.Text.Json;
using Hobom.Slices.Core;
using Hobom.Slices.Http.Masking;
using Hobom.Slices.Runtime;

namespace Hobom.Slices.Http.DryRuns;

/// <summary>One dry run: of which flow, as of when, and whether its answer is masked.</summary>
public sealed record DryRun(Slice Slice, DateTimeOffset Now, bool IsMasked)
{
    /// <param name="alone">Why an event travels in a record of its own, or null.</param>
    public DryRunView ViewOf(DeliveryPlan plan, Func<EventId, string?> alone)
    {
        var records = new List<DryRunRecord>();
        var refused = new List<DryRunRefusal>();
        foreach (var step in plan.Steps)
        {
            if (step.TryGetRight(out var delivery, out var refusal)) records.Add(RecordOf(delivery, alone));
            else refused.Add(RefusalOf(refusal));
        }

        return new DryRunView(Now, records, refused) { Masked = IsMasked };
    }

    public DryRunRefusal RefusalOf(Refusal refusal) =>
        new(
            refusal.EventId?.Value is { } id ? Code(id) : null, Code(refusal.LetterKey.Format()),
            IsMasked ? TextMask.MaskText(refusal.Reason) : refusal.Reason);

    /// <summary>A value of the flow's, as its letter would show it.</summary>
    public object ValueOf(ReadOnlyMemory<byte> value)
    {
        using var json = JsonDocument.Parse(IsMasked ? JsonMask.Mask(Slice.Payloads.Shown, value) : value);
        return json.RootElement.Clone();
    }

    public string Code(string text) => IsMasked ? TextMask.MaskCode(text) : text;

    DryRunRecord RecordOf(Delivery delivery, Func<EventId, string?> alone) => new(
        delivery.Topic, Code(delivery.Key), IsMasked ? JsonMask.MaskHeaders(delivery.Headers) : delivery.Headers, ValueOf(delivery.Value),
        delivery.Value.Length, [.. delivery.Events.Select(e => Code(e.Id.Value))])
    {
        Alone = delivery.Events is [var only] && alone(only.Id) is { } why ? IsMasked ? TextMask.MaskText(why) : why : null,
    };
}
