namespace Hobom.Slices.Sandbox.Shop;

/// <summary>What the shop has seen. <c>Notes</c> are events of the application in plain SQL.</summary>
public sealed record ShopSummary(long OrdersSaved, long OrdersHandled, long NotesHandled, long WebhookCalls);

/// <summary>Counts what happens, from any thread.</summary>
internal sealed class ShopCounts
{
    private long _saved;
    private long _orders;
    private long _notes;
    private long _calls;

    public ShopSummary Summary => new(
        Interlocked.Read(ref _saved), Interlocked.Read(ref _orders), Interlocked.Read(ref _notes), Interlocked.Read(ref _calls));

    public void Saved() => Interlocked.Increment(ref _saved);

    public void Called() => Interlocked.Increment(ref _calls);

    public void Handled(string entity)
    {
        if (entity == "orders")
            Interlocked.Increment(ref _orders);
        else
            Interlocked.Increment(ref _notes);
    }
}
